# SPDX-License-Identifier: Apache-2.0
"""A destination or a tenant that is away for a while: nothing is lost, memory stays flat, a metric
shows it, and the process never exits."""
import pytest

from broker import TopicReader
from forwarder import configuration, file_sink
from ledger import ids_in_file, ids_in_syslog
from waiting import throughout, until

BACKLOG = 50_000
LIVE = 200  # events a second, before, during and after
LABELS = {"tenant": "acme"}


class Outage:
    """The forwarder in its steady state, with the memory it then needs."""

    def __init__(self, start_forwarder, config, simulator, arrived):
        self.simulator = simulator
        self.arrived = arrived
        self.forwarder = start_forwarder(config)
        self.forwarder.until_metric(
            "events_delivered_total", lambda n: n >= BACKLOG + 5 * LIVE, 120, **LABELS)
        self.rss_before = self.forwarder.rss_bytes()
        self.before = self.forwarder.metrics()

    def lasts(self, seconds):
        throughout(self.forwarder.running, seconds, "the forwarder runs")
        self.during = self.forwarder.metrics()

    def is_over(self):
        """All that was visible by now arrives, and no more memory is needed than before."""
        shown = set(self.simulator.ledger())
        missing = shown

        def nothing_missing():
            nonlocal missing
            assert self.forwarder.running(), self.forwarder.stderr()[-3000:]
            missing = missing - set(self.arrived())
            return not missing

        until(nothing_missing, 120, f"the last of {len(shown)} events")
        # In its steady state again, as it was when it was measured before.
        until(lambda: self.forwarder.rss_bytes() <= self.rss_before * 1.1, 30,
              f"{self.forwarder.rss_bytes()} bytes of memory to be {self.rss_before} + 10 % again")
        print(f"RSS {self.rss_before >> 10} KiB before, {self.forwarder.rss_bytes() >> 10} after")
        assert not set(self.arrived()) - set(self.simulator.ledger()), "events from nowhere"

    def rose(self, name, **labels):
        before = self.before.get(name, **labels) or 0
        during = self.during.get(name, **labels) or 0
        assert during > before, f"{name}{labels} is {during} during the outage, {before} before"


def test_broker(tmp_path, start_simulator, start_forwarder, broker, outage_seconds):
    simulator = start_simulator(BACKLOG, "--live", LIVE)
    topic = broker.create_topic("outage")
    sink = {"name": "lake", "type": "kafka", "brokers": [broker.address], "topic": topic,
            "format": "raw"}
    reader = TopicReader(broker, topic, "raw")
    outage = Outage(start_forwarder, configuration(tmp_path, simulator, [sink]), simulator,
                    reader.ids)
    broker.stop()
    try:
        outage.lasts(outage_seconds)
    finally:
        broker.start()
    assert outage.during.get("sink_up", sink="lake") == 0
    outage.rose("events_pending", **LABELS)
    outage.rose("lag_seconds", **LABELS)
    outage.is_over()
    outage.forwarder.until_metric("sink_up", lambda up: up == 1, 30, sink="lake")


def test_receiver(tmp_path, start_simulator, start_forwarder, receiver, outage_seconds):
    simulator = start_simulator(BACKLOG, "--live", LIVE)
    sink = {"name": "siem", "type": "syslog", "address": [receiver.address("tcp")],
            "format": "raw"}
    outage = Outage(start_forwarder, configuration(tmp_path, simulator, [sink]), simulator,
                    lambda: ids_in_syslog(receiver))
    receiver.stop()
    outage.lasts(outage_seconds)
    outage.rose("sink_errors_total", sink="siem")
    outage.rose("events_pending", **LABELS)
    assert outage.during.get("sink_up", sink="siem") == 0
    receiver.start()
    outage.is_over()
    outage.forwarder.until_metric("sink_up", lambda up: up == 1, 30, sink="siem")


@pytest.mark.parametrize("mode, metric, labels", [
    ("429", "rate_limited_total", {}),
    ("500", "requests_total", {"code": "500"}),
    ("503", "requests_total", {"code": "503"}),
    ("cut", "requests_total", {"code": "error"}),
])
def test_tenant(tmp_path, start_simulator, start_forwarder, outage_seconds, mode, metric, labels):
    simulator = start_simulator(BACKLOG, "--live", LIVE)
    out = tmp_path / "events.ndjson"
    outage = Outage(start_forwarder, configuration(tmp_path, simulator, [file_sink(out)]),
                    simulator, lambda: ids_in_file(out))
    simulator.fault(mode)
    outage.lasts(outage_seconds)
    outage.rose(metric, **labels, **LABELS)
    outage.rose("lag_seconds", **LABELS)
    simulator.fault("none")
    outage.is_over()
    outage.forwarder.until_metric("stream_up", lambda up: up == 1, 60, **LABELS)
