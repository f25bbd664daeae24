# SPDX-License-Identifier: Apache-2.0
"""Real receivers, over each transport, framing and header that they support: what arrives is field
for field what was sent; and what a receiver that is stopped and killed costs."""
import json
import signal
import time
from collections import Counter
from dataclasses import dataclass

import pytest

from conftest import ALL
from forwarder import configuration, file_sink, run_once
from ledger import Comparison, ids_in_syslog
from receiver import parameters
from syslog_ng import SyslogNg
from waiting import until

FORMATS = ["raw", "ocsf"]
EVENTS = 20_000 if ALL else 2_000
PRI = {"high": 13 * 8 + 4, "medium": 13 * 8 + 5, "unknown": 13 * 8 + 5, "low": 13 * 8 + 6,
       "info": 13 * 8 + 6}


@dataclass
class Way:
    """One way into a receiver. Its name is the APP-NAME, so that what came by it can be told."""

    address: str
    header: str
    framing: str = ""
    tls: dict = None

    @property
    def name(self):
        scheme = self.address.split(":")[0]
        client = "-client" if self.tls and "cert_file" in self.tls else ""
        return f"{self.header}-{scheme}{'-' * bool(self.framing)}{self.framing}{client}"

    def sink(self, format):
        more = {"framing": self.framing} if self.framing else {}
        if self.tls:
            more["tls"] = self.tls
        return {"name": self.name, "type": "syslog", "address": [self.address], "format": format,
                "header": self.header, "app_name": self.name, "hostname": "fw1",
                "max_message_bytes": 60_000, **more}


def ways_into_rsyslog(rsyslog):
    ca = {"ca_file": str(rsyslog.ca_file)}
    client = {**ca, **rsyslog.client_files}
    asks = rsyslog.address("tls_client").replace("tls_client:", "tls:")
    ways = []
    for header in ("rfc5424", "rfc3164"):
        for framing in ("octet", "lf"):
            ways += [Way(rsyslog.address("tcp"), header, framing),
                     Way(rsyslog.address("tls"), header, framing, ca)]
        ways += [Way(rsyslog.address("relp"), header),
                 Way(rsyslog.address("relps"), header, "", client)]
    return ways + [Way(asks, "rfc5424", "octet", client)]


def ways_into_syslog_ng(syslog_ng):
    ca = {"ca_file": str(syslog_ng.ca_file)}
    return [Way(syslog_ng.address("tcp", "tcp_octet"), "rfc5424", "octet"),
            Way(syslog_ng.address("tcp", "tcp_lf"), "rfc5424", "lf"),
            Way(syslog_ng.address("tcp", "tcp_bsd"), "rfc3164", "lf"),
            Way(syslog_ng.address("tls", "tls_octet"), "rfc5424", "octet", ca),
            Way(syslog_ng.address("tls", "tls_lf"), "rfc5424", "lf", ca),
            Way(syslog_ng.address("tls", "tls_bsd"), "rfc3164", "lf", ca)]


@pytest.fixture
def syslog_ng(tmp_path):
    with SyslogNg(tmp_path / "syslog-ng") as running:
        yield running


def forward(directory, start_simulator, ways, receiver, format, events, **sections):
    """Sends all there is in every way, and the payloads into a file, to compare with."""
    simulator = start_simulator(events)
    reference = directory / "reference.ndjson"
    sinks = [file_sink(reference, format)] + [way.sink(format) for way in ways]
    done = run_once(directory, configuration(directory, simulator, sinks, **sections))
    assert done.code == 0, done.stderr()
    until(lambda: receiver.count() >= events * len(ways), 30,
          f"{events * len(ways)} messages, {receiver.count()} are here")
    receiver.stop()
    return reference.read_text(errors="replace").splitlines()


def assert_as_sent(way, records, payloads):
    """Each payload has arrived, in order, once; and the header says what the payload says."""
    assert [record["msg"].removeprefix(" ") for record in records] == payloads, way.name
    for record, payload in zip(records, payloads):
        assert record["host"] == "fw1"
        if way.header == "rfc5424":
            assert_header(record, json.loads(payload))
    assert len({record["pri"] for record in records}) >= 3


def assert_header(record, event):
    if "_id" in event:  # raw
        identity, seconds = event["_id"], event.get("timestamp")
    else:
        identity = event["metadata"]["original_event_uid"]
        seconds = event["time"] // 1000
    found = record["sd"]
    found = parameters(found) if isinstance(found, str) else found
    assert found["tenant"] == "acme" and found["stream"] == "audit"
    assert found["id"] == identity
    assert int(record["pri"]) == PRI[found["severity"]]
    assert record["msgid"] in {"LOGIN", "ADMIN_CHANGE", "POLICY", "API", "OTHER"}
    if isinstance(seconds, int):
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
        assert record["timestamp"].startswith(text)


def by_way(receiver):
    arrived = {}
    for record in receiver.records():
        arrived.setdefault(record["app"], []).append(record)
    return arrived


@pytest.mark.parametrize("format", FORMATS)
def test_rsyslog_gets_what_was_sent(tmp_path, program, start_simulator, receiver, format):
    ways = ways_into_rsyslog(receiver)
    payloads = forward(tmp_path, start_simulator, ways, receiver, format, EVENTS)
    arrived = by_way(receiver)
    assert sorted(arrived) == sorted(way.name for way in ways)
    for way in ways:
        assert_as_sent(way, arrived[way.name], payloads)


@pytest.mark.parametrize("format", FORMATS)
def test_syslog_ng_gets_what_was_sent(tmp_path, program, start_simulator, syslog_ng, format):
    ways = ways_into_syslog_ng(syslog_ng)
    payloads = forward(tmp_path, start_simulator, ways, syslog_ng, format, EVENTS)
    arrived = by_way(syslog_ng)
    assert sorted(arrived) == sorted(way.name for way in ways)
    for way in ways:
        assert_as_sent(way, arrived[way.name], payloads)
