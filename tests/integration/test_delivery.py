# SPDX-License-Identifier: Apache-2.0
"""Every event the tenant ever showed arrives, once, through every kind of sink."""
import pytest

from broker import TopicReader
from formatted import understood_cef
from forwarder import configuration, file_sink, run_once
from ledger import ID_OF, assert_all_arrived, ids_in_file, ids_in_syslog
from leef import read_leef

EVENTS = 100_000


@pytest.mark.parametrize("format", ["raw", "ocsf"])
def test_file(tmp_path, program, start_simulator, format):
    simulator = start_simulator(EVENTS)
    out = tmp_path / "events.ndjson"
    done = run_once(tmp_path, configuration(tmp_path, simulator, [file_sink(out, format)]))
    assert done.code == 0, done.stderr()
    assert_all_arrived(simulator.ledger(), ids_in_file(out, format))


def test_every_format_side_by_side(tmp_path, program, start_simulator):
    simulator = start_simulator(20_000)
    files = {format: tmp_path / f"events.{format}" for format in ID_OF}
    sinks = [file_sink(path, format, name=format) for format, path in files.items()]
    done = run_once(tmp_path, configuration(tmp_path, simulator, sinks))
    assert done.code == 0, done.stderr()
    for format, path in files.items():
        assert_all_arrived(simulator.ledger(), ids_in_file(path, format))
    cef = files["cef"].read_bytes().split(b"\n")[:-1]
    assert not [event["error"] for event in understood_cef(cef) if event.get("error")]
    for line in files["leef"].read_bytes().split(b"\n")[:-1]:
        read_leef(line.decode())


def test_stdout(tmp_path, program, start_simulator):
    simulator = start_simulator(EVENTS)
    done = run_once(tmp_path, configuration(tmp_path, simulator, [file_sink("-", "ocsf")]))
    assert done.code == 0, done.stderr()
    assert_all_arrived(simulator.ledger(), ids_in_file(done.stdout_file, "ocsf"))


def test_kafka(tmp_path, program, start_simulator, broker):
    simulator = start_simulator(EVENTS)
    topic = broker.create_topic("delivery")
    sink = {"name": "lake", "type": "kafka", "brokers": [broker.address], "topic": topic,
            "format": "ocsf"}
    done = run_once(tmp_path, configuration(tmp_path, simulator, [sink]))
    assert done.code == 0, done.stderr()
    reader = TopicReader(broker, topic)
    assert_all_arrived(simulator.ledger(), reader.ids())
    headers = [dict(record.headers) for record in reader.records]
    assert_all_arrived(simulator.ledger(), [has["ce_id"].decode() for has in headers])
    assert all(record.key for record in reader.records), "a record without a key"
    assert len({record.partition for record in reader.records}) > 1, "one partition took it all"


def syslog_sink(receiver, transport):
    sink = {"name": "siem", "type": "syslog", "address": [receiver.address(transport)],
            "format": "raw"}
    if transport == "tls":
        sink["tls"] = {"ca_file": str(receiver.ca_file)}
    return sink


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_syslog_stream(tmp_path, program, start_simulator, receiver, transport):
    simulator = start_simulator(EVENTS)
    config = configuration(tmp_path, simulator, [syslog_sink(receiver, transport)])
    done = run_once(tmp_path, config)
    assert done.code == 0, done.stderr()
    receiver.settle()
    receiver.stop()
    assert_all_arrived(simulator.ledger(), ids_in_syslog(receiver))


def test_several_sinks_at_once(tmp_path, program, start_simulator, broker, receiver):
    simulator = start_simulator(20_000)
    topic = broker.create_topic("several")
    out = tmp_path / "events.ndjson"
    sinks = [file_sink(out, "ocsf"), syslog_sink(receiver, "tcp"),
             {"name": "lake", "type": "kafka", "brokers": [broker.address], "topic": topic}]
    done = run_once(tmp_path, configuration(tmp_path, simulator, sinks))
    assert done.code == 0, done.stderr()
    receiver.settle()
    receiver.stop()
    shown = simulator.ledger()
    assert_all_arrived(shown, ids_in_file(out, "ocsf"))
    assert_all_arrived(shown, ids_in_syslog(receiver))
    assert_all_arrived(shown, TopicReader(broker, topic).ids())


def test_events_that_come_while_it_runs(tmp_path, program, start_simulator, start_forwarder):
    simulator = start_simulator(1_000, "--live", "200")
    out = tmp_path / "events.ndjson"
    forwarder = start_forwarder(configuration(tmp_path, simulator, [file_sink(out)]))
    forwarder.until_metric("events_delivered_total", lambda n: n >= 3_000, 60, tenant="acme")
    shown = simulator.ledger()
    # Edge walks repeat nothing and lose nothing of what could be seen a moment ago.
    forwarder.until_metric("events_delivered_total", lambda n: n >= len(shown), 60, tenant="acme")
    assert forwarder.metrics().identity(tenant="acme", stream="audit", sink="out") == 0
    assert forwarder.stop() == 0, forwarder.stderr()
    arrived = ids_in_file(out)
    assert set(shown) <= set(arrived)
    assert_all_arrived(set(simulator.ledger()) & set(arrived), arrived)
