# SPDX-License-Identifier: Apache-2.0
"""Real receivers, over each transport, framing and header that they support: what arrives is field
for field what was sent; and what a receiver that is stopped and killed costs."""
import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

from conftest import ALL
from forwarder import Forwarder, configuration, file_sink, run_once
from ledger import Comparison, ids_in_syslog
from processes import ROOT
from receiver import parameters
from syslog_ng import SyslogNg
from waiting import until

# What a format is, is tested elsewhere: here it is one line of text.
FORMATS = ["raw"] + [pytest.param(name, marks=pytest.mark.long)
                     for name in ("ocsf", "ecs", "cef", "leef")]
EVENTS = 20_000 if ALL else 2_000
PRI = {"high": 13 * 8 + 4, "medium": 13 * 8 + 5, "unknown": 13 * 8 + 5, "low": 13 * 8 + 6,
       "info": 13 * 8 + 6}


@dataclass
class Way:
    """One way into a receiver. Its name is the APP-NAME, and the HOSTNAME, so that what came by it
    can be told."""

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
                "header": self.header, "app_name": self.name, "hostname": self.name,
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


def forward(directory, start_simulator, ways, receiver, format, events, flags=(), **sections):
    """Sends all there is in every way, and to compare with, into files: the payloads and the rows.
    Gives back both, line by line."""
    simulator = start_simulator(events, *flags)
    payloads, rows = directory / "payloads.ndjson", directory / "rows.ndjson"
    sinks = [file_sink(payloads, format), {**file_sink(rows), "name": "rows"}]
    sinks += [way.sink(format) for way in ways]
    done = run_once(directory, configuration(directory, simulator, sinks, **sections))
    assert done.code == 0, done.stderr()
    until(lambda: receiver.count() >= events * len(ways), 60,
          f"{events * len(ways)} messages, {receiver.count()} are here")
    receiver.stop()
    return [lines_of(payloads), lines_of(rows)]


def lines_of(file):
    """Of text that may hold any other character at which Python breaks lines."""
    return file.read_bytes().decode(errors="replace").removesuffix("\n").split("\n")


def assert_as_sent(way, records, payloads, rows):
    """Each payload has arrived, in order, once; and the header says what the row says."""
    assert [payload_of(record, way) for record in records] == payloads, way.name
    for record, row in zip(records, rows, strict=True):
        if way.header == "rfc5424":
            assert_header(record, json.loads(row))
    assert len({record["pri"] for record in records}) >= 3


def payload_of(record, way):
    """In RFC 3164 CEF and LEEF stand where the tag does, which is taken for one."""
    if record["app"] in {"CEF", "LEEF"}:
        return f"{record['app']}:{record['msg']}"
    assert record["app"] == way.name
    return record["msg"].removeprefix(" ")


def assert_header(record, row):
    found = parameters(record["sd"])
    assert found["tenant"] == "acme" and found["stream"] == "audit"
    assert found["id"] == row["_id"]
    assert int(record["pri"]) == PRI[found["severity"]]
    assert record["msgid"] in {"LOGIN", "ADMIN_CHANGE", "POLICY", "API", "OTHER"}
    if isinstance(row.get("timestamp"), int):
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(row["timestamp"]))
        assert record["timestamp"].startswith(text)


def by_way(receiver):
    arrived = {}
    for record in receiver.records():
        arrived.setdefault(record["host"], []).append(record)
    return arrived


@pytest.mark.parametrize("format", FORMATS)
def test_rsyslog_gets_what_was_sent(tmp_path, program, start_simulator, receiver, format):
    ways = ways_into_rsyslog(receiver)
    payloads, rows = forward(tmp_path, start_simulator, ways, receiver, format, EVENTS)
    arrived = by_way(receiver)
    assert sorted(arrived) == sorted(way.name for way in ways)
    for way in ways:
        assert_as_sent(way, arrived[way.name], payloads, rows)


@pytest.mark.parametrize("format", FORMATS)
def test_syslog_ng_gets_what_was_sent(tmp_path, program, start_simulator, syslog_ng, format):
    ways = ways_into_syslog_ng(syslog_ng)
    payloads, rows = forward(tmp_path, start_simulator, ways, syslog_ng, format, EVENTS)
    arrived = by_way(syslog_ng)
    assert sorted(arrived) == sorted(way.name for way in ways)
    for way in ways:
        assert_as_sent(way, arrived[way.name], payloads, rows)


# UDP promises nothing: paced, so that the receiver's buffer never overflows.
def forward_datagrams(directory, start_simulator, ways, receiver):
    events = EVENTS // 4
    payloads, rows = forward(directory, start_simulator, ways, receiver, "raw", events,
                       flags=("--delay-ms", "20"), tenant={"page_size": 40}, batch={"events": 40})
    arrived = by_way(receiver)
    for way in ways:
        assert_as_sent(way, arrived[way.name], payloads, rows)


def test_rsyslog_gets_datagrams(tmp_path, program, start_simulator, receiver):
    address = receiver.address("udp")
    ways = [Way(address, "rfc5424"), Way(address, "rfc3164")]
    forward_datagrams(tmp_path, start_simulator, ways, receiver)


def test_syslog_ng_gets_datagrams(tmp_path, program, start_simulator, syslog_ng):
    ways = [Way(syslog_ng.address("udp", "udp"), "rfc5424"),
            Way(syslog_ng.address("udp", "udp_bsd"), "rfc3164")]
    forward_datagrams(tmp_path, start_simulator, ways, syslog_ng)


def test_what_is_too_long_is_shortened_marked_and_counted(
        tmp_path, program, start_simulator, start_forwarder, receiver):
    simulator = start_simulator(500)
    sink = Way(receiver.address("relp"), "rfc5424").sink("ocsf")
    sink["max_message_bytes"] = 1_900
    forwarder = start_forwarder(configuration(tmp_path, simulator, [sink]))
    forwarder.until_metric("events_delivered_total", lambda n: n >= 500, 30, tenant="acme")
    until(lambda: receiver.count() >= 500, 30, "500 messages")
    cut = [record for record in receiver.records()
           if parameters(record["sd"]).get("truncated") == "true"]
    assert forwarder.metric("events_truncated_total", sink=sink["name"]) == len(cut) > 0
    for record in receiver.records():
        event = json.loads(record["msg"])
        assert event["metadata"].get("is_truncated", False) == (record in cut)
        assert event["metadata"]["original_event_uid"] == parameters(record["sd"])["id"]
    checked = subprocess.run([sys.executable, ROOT / "tests" / "support" / "validate_ocsf.py"],
                             input="\n".join(record["msg"] for record in cut),
                             capture_output=True, text=True, timeout=300)
    assert checked.returncode == 0, checked.stdout[-3000:] + checked.stderr[-3000:]


# How a receiver goes, in the middle of a run, and how often.
CUTS = 20 if ALL else 2
KEPT = 4 << 20  # `resend`, its default
IN_FLIGHT = 1 << 20  # what TCP has not acknowledged: docs/SYSLOG.md
WINDOW = 1_000


class Cost:
    """What a run with CUTS cuts has lost and repeated."""

    def __init__(self, sink, simulator, receiver):
        receiver.settle()
        receiver.stop()
        records = list(receiver.records())
        self.found = Comparison(simulator.ledger(), ids_in_syslog(receiver))
        size = sum(len(r["msg"]) + len(r["sd"]) + 60 for r in records) / len(records)
        self.repeated_bytes = self.found.repeats * size
        print(f"{sink['name']}: {CUTS} cuts, {self.found}, a cut repeats "
              f"{self.found.repeats / CUTS:.0f} or "
              f"{self.repeated_bytes / CUTS / 1024:.0f} KiB")
        assert not self.found.unknown, str(self.found)


def prepare_cuts(directory, start_simulator, sink):
    """A simulator and a configuration with pages so small that a run lasts as long as its cuts."""
    events, page = (100_000, 500) if ALL else (2_000, 200)
    simulator = start_simulator(events)
    tenant = {"page_size": page, "rate_limit": "600/min", "burst": 10, "concurrency": 1}
    return simulator, configuration(directory, simulator, [sink], tenant=tenant), events


def until_delivered(forwarder, count):
    """Waits for new events: repeats are no progress."""
    forwarder.until_metric("events_delivered_total", lambda n: n >= count, 120, tenant="acme")


def cut(directory, start_simulator, receiver, sink, how):
    """The receiver goes and comes back."""
    simulator, config, events = prepare_cuts(directory, start_simulator, sink)
    forwarder = Forwarder(directory, config)
    try:
        for number in range(1, CUTS + 1):
            until_delivered(forwarder, number * events // (CUTS + 1))
            receiver.stop(how)
            receiver.start()
        until_delivered(forwarder, events)
        assert forwarder.stop() == 0, forwarder.stderr()
    finally:
        forwarder.close()
    return Cost(sink, simulator, receiver)


def cut_both(directory, start_simulator, receiver, sink):
    """Receiver and forwarder are killed in the same moment."""
    simulator, config, events = prepare_cuts(directory, start_simulator, sink)
    for _ in range(CUTS):
        forwarder = Forwarder(directory, config)
        try:
            until_delivered(forwarder, events // (2 * CUTS + 2))  # more is delivered till the kill
        finally:
            forwarder.close()
        receiver.stop(signal.SIGKILL)
        receiver.start()
    done = run_once(directory, config)
    assert done.code == 0, done.stderr()
    return Cost(sink, simulator, receiver)


@pytest.mark.parametrize("transport", [
    "relp", pytest.param("relps", marks=pytest.mark.long)])
def test_a_receiver_that_is_killed_costs_relp_nothing(
        tmp_path, program, start_simulator, receiver, transport):
    tls = {"ca_file": str(receiver.ca_file), **receiver.client_files}
    sink = Way(receiver.address(transport), "rfc5424", "", tls if transport == "relps" else None)
    cost = cut(tmp_path, start_simulator, receiver, {**sink.sink("raw"), "window": WINDOW},
               signal.SIGKILL)
    assert not cost.found.lost, str(cost.found)
    assert cost.found.repeats <= CUTS * WINDOW, str(cost.found)


@pytest.mark.parametrize("transport", ["tcp", pytest.param("tls", marks=pytest.mark.long)])
def test_a_receiver_that_is_stopped_in_order_costs_repeats(
        tmp_path, program, start_simulator, receiver, transport):
    tls = {"ca_file": str(receiver.ca_file)} if transport == "tls" else None
    sink = Way(receiver.address(transport), "rfc5424", "octet", tls)
    cost = cut(tmp_path, start_simulator, receiver, sink.sink("raw"), signal.SIGTERM)
    assert not cost.found.lost, str(cost.found)
    assert cost.repeated_bytes <= CUTS * (KEPT + IN_FLIGHT), str(cost.found)


@pytest.mark.long
@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_what_is_not_kept_is_lost_with_the_receiver(
        tmp_path, program, start_simulator, receiver, transport):
    """docs/SYSLOG.md has the numbers that this prints."""
    tls = {"ca_file": str(receiver.ca_file)} if transport == "tls" else None
    sink = Way(receiver.address(transport), "rfc5424", "octet", tls)
    cost = cut(tmp_path, start_simulator, receiver, {**sink.sink("raw"), "resend": 0},
               signal.SIGTERM)
    assert cost.repeated_bytes <= CUTS * IN_FLIGHT, str(cost.found)


@pytest.mark.long
@pytest.mark.parametrize("transport", ["relp", "tcp"])
def test_both_are_killed_at_once(tmp_path, program, start_simulator, receiver, transport):
    """Only over RELP is nothing lost; docs/SYSLOG.md has the numbers that this prints."""
    sink = Way(receiver.address(transport), "rfc5424", "octet" if transport == "tcp" else "")
    cost = cut_both(tmp_path, start_simulator, receiver, sink.sink("raw"))
    if transport == "relp":
        assert not cost.found.lost, str(cost.found)
