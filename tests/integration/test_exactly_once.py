# SPDX-License-Identifier: Apache-2.0
"""State in a topic, committed with the events: a reader of committed messages sees each event once,
whatever is killed and whenever."""
import json

import pytest
from kafka import KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from broker import TopicReader
from commands import command
from conftest import ALL
from forwarder import configuration, file_sink, kafka_state, lake, run_once
from ledger import Comparison, assert_all_arrived, ids_in_file
from scim import token_file
from waiting import throughout, until

LABELS = {"tenant": "acme", "stream": "audit"}
EVENTS = 100_000 if ALL else 20_000
KILLS = 100 if ALL else 8
STATE = "{}.state"


def exactly_once(directory, simulator, broker, topic, sinks=(), **more):
    sections = {"state": kafka_state(STATE.format(topic)), "batch": {"events": 1000}, **more}
    return configuration(directory, simulator, [lake(broker, topic), *sinks],
                         tenant={"page_size": 500}, **sections)


def slowly(config):
    """Four pages a second: there is time for something to happen in between."""
    [tenant] = config["tenants"]
    return {**config, "tenants": [{**tenant, "rate_limit": "240/min", "burst": 4}]}


def assert_each_once(simulator, broker, topic):
    arrived = TopicReader(broker, topic, "raw", committed=True).ids()
    print(assert_all_arrived(simulator.ledger(), arrived, repeats=0))


def taken(forwarder):
    """Rows that were taken into batches since this process began."""
    assert forwarder.running(), forwarder.stderr()
    metrics = forwarder.metrics()
    received = metrics and metrics.get("events_received_total", **LABELS)
    return received - metrics.get("events_deduplicated_total", **LABELS) if received else 0


def test_kill_9_at_random_moments(tmp_path, start_simulator, start_forwarder, broker, chance):
    simulator = start_simulator(EVENTS)
    topic = broker.create_topic("once-kills")
    out = tmp_path / "beside.ndjson"
    config = exactly_once(tmp_path, simulator, broker, topic, [file_sink(out)])
    (tmp_path / "state").mkdir()
    for number in range(KILLS):
        rows = chance.uniform(1, EVENTS / KILLS)
        forwarder = start_forwarder(config, name=f"forwarder-{number}")
        until(lambda: taken(forwarder) >= rows, 60, f"run {number} to take {rows:.0f} rows", 0.002)
        forwarder.kill()
    once = run_once(tmp_path, config)
    assert once.code == 0, once.stderr()
    assert "sink lake: exactly once" in once.stderr()
    assert "sink out: at least once" in once.stderr()
    assert_each_once(simulator, broker, topic)
    # A sink that is no part of the transaction gets what it repeats.
    assert_all_arrived(simulator.ledger(), ids_in_file(out), repeats=KILLS * 1000)
    # Transactions were cut off: a reader of everything sees what they had sent.
    everything = Comparison(simulator.ledger(), TopicReader(broker, topic, "raw").ids())
    print(f"with what was aborted: {everything}")
    assert everything.repeats > 0 or not ALL  # a few kills may all come between two of them
    # Nothing is kept on this machine.
    assert not list((tmp_path / "state").iterdir())


@pytest.mark.long
def test_the_broker_is_restarted(tmp_path, start_simulator, start_forwarder, broker):
    simulator = start_simulator(EVENTS)
    topic = broker.create_topic("once-restart")
    config = exactly_once(tmp_path, simulator, broker, topic)
    forwarder = start_forwarder(slowly(config))
    until(lambda: taken(forwarder) > EVENTS / 10, 60, "the first events", 0.01)
    broker.stop()
    try:
        until(lambda: forwarder.metric("sink_up", sink="lake") == 0, 90, "word of the outage")
    finally:
        broker.start()
    delivered = lambda count: count >= EVENTS
    forwarder.until_metric("events_delivered_total", delivered, 120, **LABELS)
    assert forwarder.metrics().identity(**LABELS, sink="lake") == 0
    assert forwarder.stop() == 0, forwarder.stderr()
    assert_each_once(simulator, broker, topic)


def test_refused_rows_are_part_of_the_transaction(tmp_path, start_simulator, broker):
    """The dead letter on the same brokers: each refused row stands there once, kill or not."""
    simulator = start_simulator(600, "--set", "odd_rows=huge:5,broken:10")
    topic = broker.create_topic("once-refused", **{"max.message.bytes": 300_000})
    dead = broker.create_topic("once-refused.dlq")
    config = exactly_once(tmp_path, simulator, broker, topic,
                          dead_letter={"type": "kafka", "sink": "lake", "topic": dead})
    config["tenants"][0]["max_page_bytes"] = "64MiB"
    once = run_once(tmp_path, config)
    assert once.code == 0, once.stderr()
    assert "dead letter: exactly once" in once.stderr()
    delivered = TopicReader(broker, topic, "raw", committed=True).ids()
    letters = [dict(record.headers)["ce_id"].decode()
               for record in TopicReader(broker, dead, "raw", committed=True).read()]
    assert len(letters) == len(set(letters)) and len(letters) >= 5
    assert len(delivered) == len(set(delivered))
    assert len(delivered) + len(letters) == 600


def test_a_strangers_transaction_hides_no_state(tmp_path, start_simulator, start_forwarder, broker):
    """A foreign transaction left open in the state's partition: who reads to the first end that is
    told reads an old state, and delivers again."""
    simulator = start_simulator(EVENTS)
    topic = broker.create_topic("once-stranger")
    config = exactly_once(tmp_path, simulator, broker, topic)
    first = start_forwarder(slowly(config), name="first")
    until(lambda: taken(first) > EVENTS / 10, 60, "the first events", 0.002)
    stranger = KafkaProducer(bootstrap_servers=broker.address, transactional_id="stranger",
                             acks="all")
    try:
        stranger.init_transactions()
        stranger.begin_transaction()
        stranger.send(STATE.format(topic), key=b"stranger", value=b"of somebody else", partition=0)
        stranger.flush()
        behind = taken(first)
        until(lambda: taken(first) > behind + EVENTS / 4, 60, "commits behind the stranger's", 0.002)
        first.kill()
        second = start_forwarder(config, name="second")
        until(lambda: second.get("/healthz")[0] == 200, 20, "the second one")
        throughout(lambda: not taken(second), 3, "it waits for what the stranger hides")
        stranger.abort_transaction()
    finally:
        stranger.close(5)
    second.until_metric("stream_up", lambda up: up == 1, 60, **LABELS)
    assert second.stop() == 0, second.stderr()
    once = run_once(tmp_path, config)
    assert once.code == 0, once.stderr()
    assert_each_once(simulator, broker, topic)


def test_the_topic_of_the_state(tmp_path, start_simulator, broker):
    """Made with what a state needs; refused where it would forget; read by commands."""
    simulator = start_simulator(500)
    topic = broker.create_topic("once-topic")
    config = exactly_once(tmp_path, simulator, broker, topic)
    before = command(tmp_path, config, "check")
    assert "state topic once-topic.state: there is none yet" in before.out, before.out + before.err
    assert run_once(tmp_path, config).code == 0
    admin = KafkaAdminClient(bootstrap_servers=broker.address)
    try:
        [answer] = admin.describe_configs(
            [ConfigResource(ConfigResourceType.TOPIC, "once-topic.state")])
        settings = {entry[0]: entry[1] for entry in answer.resources[0][4]}
    finally:
        admin.close()
    assert settings["cleanup.policy"] == "compact"
    after = command(tmp_path, config, "check")
    assert after.code == 0 and "state topic once-topic.state: it is there" in after.out, after.out
    shown = command(tmp_path, config, "state", "show").json()
    assert shown["state"] == "topic once-topic.state"
    assert [stream["tenant"] for stream in shown["streams"]] == ["acme"]
    exported = command(tmp_path, config, "state", "export").out.splitlines()
    assert json.loads(exported[0])["entries"] == len(exported) - 1 > 2
    assert not [line for line in exported if "slot/" in line]
    refused = command(tmp_path, config, "replay", "--from", "2026-01-01T00:00:00Z",
                      "--to", "2026-01-02T00:00:00Z")
    assert refused.code == 2 and "the state is topic once-topic.state" in refused.err

    forgetful = broker.create_topic("once-forgetful", 1, **{"cleanup.policy": "delete"})
    config["state"]["topic"] = forgetful
    once = run_once(tmp_path, config)
    assert once.code == 5 and "set its cleanup.policy to compact" in once.stderr(), once.stderr()


def test_from_a_state_file_and_back(tmp_path, start_simulator, start_forwarder, broker):
    """state export and state import, both ways: nothing is lost and nothing comes twice."""
    simulator = start_simulator(9_000, "--set", "scim_users=3")
    topic = broker.create_topic("once-moved")
    in_kafka = exactly_once(tmp_path, simulator, broker, topic)
    in_kafka["tenants"][0]["identities"] = {"token_file": str(token_file(tmp_path))}
    in_a_file = {**in_kafka, "state": {"type": "sqlite", "path": str(tmp_path / "state")}}
    for number, (here, there) in enumerate([(in_a_file, in_kafka), (in_kafka, in_a_file)]):
        forwarder = start_forwarder(slowly(here), name=f"run-{number}")
        until(lambda: taken(forwarder) > 3_000, 60, "some events", 0.002)
        until(lambda: forwarder.metric("identity_users", tenant="acme") == 3, 15, "the picture")
        assert forwarder.stop() == 0, forwarder.stderr()
        exported = command(tmp_path, here, "state", "export")
        assert exported.code == 0 and "identity/acme/head" in exported.out, exported.err
        imported = command(tmp_path, there, "state", "import", stdin=exported.out.encode())
        assert imported.code == 0, imported.err
        assert command(tmp_path, there, "state", "export").out == exported.out
    once = run_once(tmp_path, in_a_file)
    assert once.code == 0, once.stderr()
    assert_each_once(simulator, broker, topic)


def test_a_name_has_one_process(tmp_path, start_simulator, start_forwarder, broker):
    """Two processes of one name: the younger one goes on, the older one says so and ends."""
    simulator = start_simulator(EVENTS)
    topic = broker.create_topic("once-two")
    config = exactly_once(tmp_path, simulator, broker, topic)
    older = start_forwarder(slowly(config), name="older")
    until(lambda: taken(older) > EVENTS / 20, 60, "the first events", 0.01)
    config["server"]["listen"] = "127.0.0.1:0"
    younger = run_once(tmp_path, config, name="younger")
    assert younger.code == 0, younger.stderr()
    assert older.wait(30) == 5
    assert "another process runs with the same state.instance" in older.stderr()
    assert_each_once(simulator, broker, topic)


@pytest.mark.parametrize("properties, words", [
    ({"security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN", "sasl.username": "x",
      "sasl.password": "wrong"}, "check"),
])
def test_brokers_that_do_not_answer(tmp_path, start_simulator, start_forwarder, broker, properties,
                                    words):
    """The program runs, says why it does nothing, and can be stopped."""
    topic = broker.create_topic("once-silent")
    config = exactly_once(tmp_path, start_simulator(10), broker, topic)
    config["sinks"][0]["properties"] = properties
    forwarder = start_forwarder(config)
    until(lambda: "the state in topic once-silent.state" in forwarder.stderr(), 30, "a reason")
    assert words in forwarder.stderr()
    assert forwarder.get("/healthz")[0] == 200
    assert forwarder.get("/readyz")[0] == 503
    assert forwarder.stop() == 0
