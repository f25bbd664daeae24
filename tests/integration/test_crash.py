# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments: nothing is lost, and a kill repeats at most one batch."""
import pytest

from broker import TopicReader
from forwarder import configuration, file_sink, run_once
from ledger import assert_all_arrived, ids_in_file
from waiting import until

EVENTS = 100_000
BATCH = 2_000

# The tenant answers slowly and a batch takes twenty pages: most moments fall between a batch's first
# page and its commit.
PAGES_COME_SLOWLY = (100, ("--delay-ms", "5"))
# The tenant is faster than the sink, and a page has rows for two batches: most moments fall while a
# batch is written or committed.
SINK_IS_BUSY = (2 * BATCH, ())


def kill_at_random(start, config, kills, chance):
    """Kills the forwarder after a random number of rows, and starts it again. Returns how many
    kills fell while rows were received and not settled."""
    in_flight = 0
    for number in range(kills):
        # 0.8 of the events in all: the backlog outlasts the kills.
        rows = chance.uniform(1, 1.6 * EVENTS / kills)
        forwarder = start(config, name=f"forwarder-{number}")

        def reached():
            assert forwarder.running(), forwarder.stderr()
            metrics = forwarder.metrics()
            received = metrics and metrics.get("events_received_total", tenant="acme")
            return metrics if received and received >= rows else None

        metrics = until(reached, 60, f"run {number} to receive {rows:.0f} rows", 0.002)
        forwarder.kill()
        in_flight += metrics.get("events_pending", tenant="acme") > 0
    return in_flight


def settings(directory, simulator, sink, page):
    return configuration(directory, simulator, [sink], tenant={"page_size": page},
                         batch={"events": BATCH})


def judge(simulator, arrived, kills, in_flight):
    found = assert_all_arrived(simulator.ledger(), arrived, repeats=kills * BATCH)
    print(f"{in_flight} of {kills} kills with a batch in flight; {found}")
    assert in_flight >= 0.8 * kills


@pytest.mark.parametrize("page, flags", [PAGES_COME_SLOWLY, SINK_IS_BUSY], ids=["fetch", "write"])
def test_to_a_file(tmp_path, start_simulator, start_forwarder, kills, chance, page, flags):
    simulator = start_simulator(EVENTS, *flags)
    out = tmp_path / "events.ndjson"
    config = settings(tmp_path, simulator, file_sink(out), page)
    in_flight = kill_at_random(start_forwarder, config, kills, chance)
    assert run_once(tmp_path, config).code == 0
    judge(simulator, ids_in_file(out), kills, in_flight)


@pytest.mark.parametrize("page, flags", [PAGES_COME_SLOWLY, SINK_IS_BUSY], ids=["fetch", "write"])
def test_to_kafka(tmp_path, start_simulator, start_forwarder, broker, kills, chance, page, flags):
    simulator = start_simulator(EVENTS, *flags)
    topic = broker.create_topic(f"crash-{page}")
    sink = {"name": "lake", "type": "kafka", "brokers": [broker.address], "topic": topic,
            "format": "raw"}
    config = settings(tmp_path, simulator, sink, page)
    in_flight = kill_at_random(start_forwarder, config, kills, chance)
    assert run_once(tmp_path, config).code == 0
    judge(simulator, TopicReader(broker, topic, "raw").ids(), kills, in_flight)
