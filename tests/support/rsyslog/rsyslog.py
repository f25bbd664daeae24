#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real rsyslog for tests: one process with UDP, TCP, TLS and RELP inputs on 127.0.0.1.

As a module:   with Rsyslog(directory) as receiver: ... receiver.address("tls"), receiver.ids()
By hand:       rsyslog.py DIRECTORY      (prints the addresses, runs until Ctrl-C or SIGTERM)

Needs rsyslogd with its ossl driver and imrelp, and openssl for the certificates.
"""
import os
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from receiver import SyslogReceiver  # noqa: E402: found through the line above by hand

TEMPLATE = pathlib.Path(__file__).with_name("rsyslog.conf.in")


class Rsyslog(SyslogReceiver):
    NAME = "rsyslogd"
    # tls_client and relps ask for a certificate of the client.
    STREAM_PORTS = ("tcp", "tls", "tls_client", "relp", "relps")
    DATAGRAM_PORTS = ("udp",)

    def __init__(self, directory):
        super().__init__(directory)
        self.configuration = self.directory / "rsyslog.conf"
        self.fill_in(TEMPLATE, self.configuration)

    def command(self):
        return (["rsyslogd", "-n", "-f", str(self.configuration),
                 "-i", str(self.directory / "rsyslogd.pid")],
                {**os.environ, "TZ": "UTC"})

    def address(self, transport):
        """tls://localhost:PORT and the like, as a sink's address."""
        return f"{transport}://localhost:{self.ports[transport]}"


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: rsyslog.py DIRECTORY")
    with Rsyslog(sys.argv[1]) as receiver:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        for transport in ("udp", "tcp", "tls", "relp", "relps"):
            print(receiver.address(transport))
        print(f"ca file {receiver.ca_file}\nclient  {receiver.client_files}\n"
              f"events  {receiver.out}", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
