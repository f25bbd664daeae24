# SPDX-License-Identifier: Apache-2.0
"""The dead letter as a topic of a real broker, beside the one that is a file: the same rows, byte
for byte, with the reason in headers; nothing moves while the topic is missing."""
import base64
import json
from collections import Counter

from broker import TopicReader
from commands import command
from forwarder import configuration, run_once
from scenarios import UNPARSABLE
from waiting import until

LABELS = {"tenant": "acme", "stream": "audit"}
EVENTS = 300
SMALL = 200_000  # bytes that the dead letter's topic takes


def lake(broker, topic):
    return {"name": "lake", "type": "kafka", "brokers": [broker.address], "topic": topic,
            "format": "raw",
            "properties": {"compression.type": "none", "message.timeout.ms": 3000}}


def kept_in_a_file(directory, simulator, broker, page):
    """What the dead letter keeps of each row of the same tenant where it is a file."""
    directory.mkdir()
    sink = lake(broker, broker.create_topic("beside"))
    once = run_once(directory, configuration(directory, simulator, [sink], tenant=page))
    assert once.code == 0, once.stderr()
    rows = {}
    for line in map(json.loads, (directory / "dead-letter.ndjson").read_text().splitlines()):
        raw = line["raw"].encode() if "raw" in line else base64.b64decode(line["raw_base64"])
        rows[line["event_id"]] = (raw, line["reason"])
    return rows


def headers_of(record):
    return {name: value.decode() for name, value in record.headers}


def assert_same(record, raw, reason):
    """A message and what the file says of the same row."""
    has = headers_of(record)
    assert has["ce_type"] == "com.netskope.audit.refused.v1" and has["ce_specversion"] == "1.0"
    assert has["ce_source"] == "/netskope/acme/events/audit"
    assert has["content-type"] == "application/octet-stream"
    assert (has["tenant"], has["stream"], has["error_sink"]) == ("acme", "audit", "lake")
    assert has["error_reason"] == reason and has["error_detail"]
    assert has["error_time"].endswith("Z") and has["error_bytes"] == str(len(raw))
    assert record.key.decode() == has["ce_id"]
    if "error_truncated" in has:
        assert len(raw) > SMALL > len(record.value) > SMALL / 2
        assert raw.startswith(record.value)
    else:
        assert record.value == raw


def test_refused_rows_are_in_the_topic(tmp_path, start_simulator, start_forwarder, broker):
    simulator = start_simulator(
        EVENTS, "--set", "odd_rows=huge:10,broken:20,unbalanced:3,invalid-utf8:5")
    kinds = Counter(line.get("odd") for line in simulator.ledger_lines())
    page = {"page_size": 20, "max_page_bytes": "8MiB"}
    expected = kept_in_a_file(tmp_path / "beside", simulator, broker, page)

    events = broker.create_topic("refused-lake")
    config = configuration(
        tmp_path, simulator, [lake(broker, events)], tenant=page,
        dead_letter={"type": "kafka", "sink": "lake", "topic": "{stream}.refused.{tenant}"})
    forwarder = start_forwarder(config)
    until(lambda: "create the topic" in forwarder.stderr(), 30, "word of the missing topic")
    assert "topic audit.refused.acme" in forwarder.stderr()
    assert forwarder.metric("events_dead_lettered_total", **LABELS) == 0
    dead = broker.create_topic("audit.refused.acme", **{"max.message.bytes": SMALL})

    def settled():
        metrics = forwarder.metrics()
        assert metrics.identity(**LABELS, sink="lake") == 0, metrics.text
        return (metrics.get("events_delivered_total", **LABELS) +
                metrics.get("events_dead_lettered_total", **LABELS)) >= EVENTS

    until(settled, 60, "every event to be settled", 0.05)
    metrics = forwarder.metrics()
    assert forwarder.stop() == 0, forwarder.stderr()[-3000:]

    records = TopicReader(broker, dead, "raw").read()
    assert len(records) == metrics.get("events_dead_lettered_total", **LABELS)
    delivered = TopicReader(broker, events, "raw").read()
    assert len(delivered) == metrics.get("events_delivered_total", **LABELS)
    by_id = {headers_of(record)["ce_id"]: record for record in records}
    assert len(records) == len(by_id) and by_id.keys() == expected.keys()
    for name, record in by_id.items():
        assert_same(record, *expected[name])
    cut = [name for name, record in by_id.items() if "error_truncated" in headers_of(record)]
    assert len(cut) == kinds["huge"] > 0
    assert len(records) - len(cut) == sum(kinds[kind] for kind in UNPARSABLE) > 0
    for name in cut:
        assert f"of the row {name} the first" in forwarder.stderr()


def test_commands_say_what_to_do_instead(tmp_path, start_simulator, broker):
    config = configuration(
        tmp_path, start_simulator(0), [lake(broker, broker.create_topic("told"))],
        dead_letter={"type": "kafka", "sink": "lake", "topic": "told.refused"})
    for words in (["list", "--json"], ["replay"]):
        done = command(tmp_path, config, "dead-letter", *words)
        assert done.code == 2 and not done.out, done.out
        assert "topic told.refused" in done.err and "netskope-forwarder replay" in done.err
    missing = command(tmp_path, config, "check", "--write")
    assert missing.code == 1, missing.out
    assert "WRONG   dead letter: topic told.refused" in missing.out
    assert "dead letter: at least once: acknowledged by all" in missing.out
    dead = broker.create_topic("told.refused")
    assert command(tmp_path, config, "check", "--write").code == 0
    [record] = TopicReader(broker, dead, "raw").read()
    assert headers_of(record)["error_reason"] == "check"
