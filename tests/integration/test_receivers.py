# SPDX-License-Identifier: Apache-2.0
"""The receivers' configurations in docs/receivers, each loaded by its receiver and sent to with the
profile that it belongs to. Ports and paths are those of the test; nothing else is changed. QRadar
has no file and does not run here."""
import json
import os
import re
import shutil

import pytest

from forwarder import configuration, run_once
from ledger import assert_all_arrived
from processes import ROOT
from receiver import SyslogReceiver
from syslog_ng import SyslogNg
from waiting import until

DOCUMENTED = ROOT / "docs" / "receivers"
EVENTS = 500
# The agent of a relay: a file of its own, which takes what the documented rule names. To rsyslog the
# "CEF:" of a payload without a tag is the tag; the agent is given both.
AGENT = """
template(name="agent" type="string" string="%syslogtag%%msg%\\n")
local4.info action(type="omfile" file="{out}" template="agent")
"""
# What SC4S has around a file in app_parsers.
SC4S = """@version: 3.38
options {{ log-msg-size(65536); keep-hostname(yes); use-dns(no); }};
block rewrite r_set_splunk_dest_default(index() sourcetype() vendor() product()) {{
  set("`sourcetype`" value(".splunk.sourcetype"));
}};
@include "{file}"
source s {{ syslog(transport("tcp") ip("127.0.0.1") port({port})); }};
destination d {{ file("{out}" template("${{.splunk.sourcetype}} $MSG\\n")); }};
log {{ source(s); parser {{ app-parser(topic(sc4s-syslog)); }}; destination(d); }};
"""


def adapted(name, receiver, ports):
    """The documented file with the test's ports and paths."""
    text = (DOCUMENTED / name).read_text()
    for documented, port in ports.items():
        for written in (f'port="{documented}"', f"port({documented})"):
            text = text.replace(written, written.replace(documented, str(receiver.ports[port])))
    for written, path in {"/etc/ssl/siem": receiver.directory,
                          "/var/spool/rsyslog": receiver.directory,
                          "/var/log/netskope-audit.ndjson": receiver.out}.items():
        text = text.replace(written, str(path))
    return text


class DocumentedRsyslog(SyslogReceiver):
    NAME = "rsyslogd"

    def __init__(self, directory, name, ports, more=""):
        self.STREAM_PORTS = tuple(ports.values())
        super().__init__(directory)
        self.configuration = self.directory / name
        self.configuration.write_text(
            adapted(name, self, ports) + more.format(out=self.out))

    def command(self):
        return (["rsyslogd", "-n", "-f", str(self.configuration),
                 "-i", str(self.directory / "rsyslogd.pid")], {**os.environ, "TZ": "UTC"})


class DocumentedSyslogNg(SyslogNg):
    STREAM_PORTS = ("tls",)
    DATAGRAM_PORTS = ()

    def __init__(self, directory):
        super().__init__(directory)
        self.configuration.write_text(adapted("syslog-ng.conf", self, {"6514": "tls"}))


class DocumentedSc4s(SyslogNg):
    STREAM_PORTS = ("tcp",)
    DATAGRAM_PORTS = ()

    def __init__(self, directory):
        super().__init__(directory)
        parser = self.directory / "app-netskope-audit.conf"
        shutil.copy(DOCUMENTED / "splunk-sc4s.conf", parser)
        self.configuration.write_text(
            SC4S.format(file=parser, port=self.ports["tcp"], out=self.out))


def lines_after(directory, start_simulator, receiver, profile, address, tls=None):
    """What the receiver has written after a run with that profile."""
    simulator = start_simulator(EVENTS)
    sink = {"name": "siem", "type": "syslog", "address": [address], "profile": profile}
    if tls:
        sink["tls"] = {"ca_file": str(receiver.ca_file), **receiver.client_files}
    with receiver:
        done = run_once(directory, configuration(directory, simulator, [sink]))
        assert done.code == 0, done.stderr()
        until(lambda: receiver.count() >= EVENTS, 30, f"{EVENTS} events, {receiver.count()} came")
    return simulator, receiver.out.read_text(errors="replace").splitlines()


def assert_events(simulator, lines):
    ids = [json.loads(line)["metadata"]["original_event_uid"] for line in lines]
    assert_all_arrived(simulator.ledger(), ids)


@pytest.mark.parametrize("scheme", ["relps", "tls"])
def test_rsyslog(tmp_path, program, start_simulator, scheme):
    receiver = DocumentedRsyslog(tmp_path / "rsyslog", "rsyslog.conf",
                                 {"2514": "relps", "6514": "tls"})
    address = f"{scheme}://localhost:{receiver.ports[scheme]}"
    simulator, lines = lines_after(tmp_path, start_simulator, receiver, "rsyslog", address, "tls")
    assert_events(simulator, [line.removeprefix(" ") for line in lines])


def test_syslog_ng(tmp_path, program, start_simulator):
    receiver = DocumentedSyslogNg(tmp_path / "syslog-ng")
    address = f"tls://localhost:{receiver.ports['tls']}"
    simulator, lines = lines_after(tmp_path, start_simulator, receiver, "syslog-ng", address, "tls")
    assert_events(simulator, lines)


def test_sentinel(tmp_path, program, start_simulator):
    receiver = DocumentedRsyslog(tmp_path / "relay", "sentinel-rsyslog.conf", {"514": "tcp"}, AGENT)
    address = f"tcp://127.0.0.1:{receiver.ports['tcp']}"
    simulator, lines = lines_after(tmp_path, start_simulator, receiver, "sentinel", address)
    assert all(line.startswith("CEF:0|Netskope|") for line in lines), lines[:3]
    assert_all_arrived(simulator.ledger(),
                       [re.search(r" externalId=(\S+)", line)[1] for line in lines])


def test_splunk_sc4s(tmp_path, program, start_simulator):
    receiver = DocumentedSc4s(tmp_path / "sc4s")
    address = f"tcp://localhost:{receiver.ports['tcp']}"
    simulator, lines = lines_after(tmp_path, start_simulator, receiver, "splunk-sc4s", address)
    types, events = zip(*(line.split(" ", 1) for line in lines))
    assert set(types) == {"netskope:audit"}
    assert_events(simulator, events)
