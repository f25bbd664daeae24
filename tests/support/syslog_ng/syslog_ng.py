# SPDX-License-Identifier: Apache-2.0
"""A real syslog-ng for tests, from build/syslog-ng (syslog_ng.sh): one process with an input for
each transport, framing and header that it supports, on 127.0.0.1. It has no RELP."""
import os
import pathlib

from processes import ROOT
from receiver import SyslogReceiver

TEMPLATE = pathlib.Path(__file__).with_name("syslog-ng.conf.in")
UNPACKED = ROOT / "build" / "syslog-ng"


class SyslogNg(SyslogReceiver):
    NAME = "syslog-ng"
    STREAM_PORTS = ("tcp_octet", "tcp_lf", "tcp_bsd", "tls_octet", "tls_lf", "tls_bsd")
    DATAGRAM_PORTS = ("udp", "udp_bsd")

    def __init__(self, directory, unpacked=UNPACKED):
        super().__init__(directory)
        self.unpacked = pathlib.Path(unpacked).resolve()
        self.configuration = self.directory / "syslog-ng.conf"
        self.fill_in(TEMPLATE, self.configuration)

    def command(self, *more, configuration=None):
        modules = self.unpacked / "usr/lib/syslog-ng/3.38"
        libraries = [self.unpacked / "usr/lib/syslog-ng", modules,
                     self.unpacked / "usr/lib/x86_64-linux-gnu",
                     self.unpacked / "lib/x86_64-linux-gnu"]
        state = self.directory / "syslog-ng"
        return ([str(self.unpacked / "usr/sbin/syslog-ng"), "-F",
                 "-f", str(configuration or self.configuration),
                 "-R", f"{state}.persist", "-p", f"{state}.pid", "-c", f"{state}.ctl",
                 f"--module-path={modules}", *more],
                {**os.environ, "TZ": "UTC", "LD_LIBRARY_PATH": ":".join(map(str, libraries))})

    def address(self, transport, port):
        return f"{transport}://localhost:{self.ports[port]}"
