# SPDX-License-Identifier: Apache-2.0
"""One round: each floor and each way through the forwarder, one after the other, on one tenant."""
import json
import sys
import tempfile
import time
from pathlib import Path

from broker import Broker
from drain import Drain
from forwarder import PROGRAM, configuration, file_sink, kafka_state, lake
from kafka import KafkaConsumer, TopicPartition
from measure import Broken, measured, measured_floor
from simulator import Simulator

TENANT = {"start": "24h", "rate_limit": "600000/min", "burst": 10000}
PARTITIONS = 3
MOST_MARKERS = 1.02  # each transaction leaves one in each partition, which counts as a message
BATCHES = (5_000, 30_000)  # events; of those about a third to a half are one transaction
BATCH_BYTES = "256MiB"     # so that those are what ends a batch
OTHER_FORMATS = ("ECS", "CEF", "LEEF")


def run_rounds(build, scratch, events, repeat):
    """A list of {name: Cost}, a round each."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=scratch) as directory:
        simulator = Simulator(directory, events, "--span", "23h")
        try:
            broker = Broker(directory)
            try:
                bench = Bench(Path(directory), simulator, broker, events)
                return [bench.round(number) for number in range(repeat)]
            finally:
                broker.stop()
        finally:
            simulator.close()


def said(function):
    """Says what runs: a bench takes minutes."""

    def wrapped(bench, name, *arguments, **more):
        print(f"bench: {name}", file=sys.stderr, flush=True)
        return function(bench, name, *arguments, **more)

    return wrapped


class Bench:
    def __init__(self, directory, simulator, broker, events):
        self.directory = directory
        self.simulator = simulator
        self.broker = broker
        self.events = events
        self.costs = {}

    def round(self, number):
        self.costs = {}
        self.download("download floor")
        self.download("curl → file", self.directory / "pages")
        self.to_file("raw → file", "raw", True)
        rows = self.to_file("raw → file, not synced", "raw", False, keep=True)
        self.to_file("OCSF → file", "ocsf", True)
        records = self.to_file("OCSF → file, not synced", "ocsf", False, keep=True)
        for format in OTHER_FORMATS:
            self.to_file(f"{format} → file, not synced", format.lower(), False)
        self.to_syslog("CEF → syslog TCP")
        if number == 0:  # a broker that has compiled its hot paths serves both sides alike
            measured_floor(self.directory, self.events, "produce", self.broker.address,
                           self.broker.create_topic("warm", PARTITIONS), records)
        self.produce("produce floor, raw", f"raw-floor-{number}", rows)
        rows.unlink()
        self.to_kafka("raw → Kafka", "raw", f"raw-{number}")
        self.produce("produce floor", f"floor-{number}", records)
        records.unlink()
        self.to_kafka("OCSF → Kafka", "ocsf", f"forwarded-{number}")
        self.to_kafka("OCSF → Kafka, exactly once", "ocsf", f"once-{number}",
                      state=kafka_state(f"state-{number}"))
        self.with_and_without_transactions(number)
        return self.costs

    def with_and_without_transactions(self, number):
        """Of large batches, idempotent and exactly once; and what start and end alone take, which is
        in no comparison of the two: joining the group and making the topics is done once."""
        for events in BATCHES:
            batch = {"events": events, "bytes": BATCH_BYTES}
            for name, state in (("idempotent", {}), ("exactly once", None)):
                where = f"{name.replace(' ', '-')}-{events}-{number}"
                sections = {"batch": batch} | (
                    {"state": kafka_state(f"state-{where}")} if state is None else state)
                self.to_kafka(f"{name}, {events:,}", "ocsf", where, **sections)
        for name, sections in (("idempotent, start", {}),
                               ("exactly once, start", {"state": kafka_state(f"start-{number}")})):
            topic = self.broker.create_topic(f"{name.replace(', ', '-').replace(' ', '-')}-{number}")
            self.forward(name, lake(self.broker, topic, "ocsf"), start="1m", **sections)

    @said
    def download(self, name, file=None):
        now = int(time.time())
        self.costs[name] = measured_floor(
            self.directory, self.events, "download", self.simulator.url,
            self.simulator.token_file, now - 86_400, now, *([file] if file else []))
        if file:
            file.unlink()

    @said
    def to_syslog(self, name):
        drain = Drain()
        try:
            self.forward(name, {"name": "out", "type": "syslog", "address": [drain.address],
                                "format": "cef", "framing": "lf", "max_message_bytes": 60_000})
        finally:
            arrived = drain.close()
        self.count(name, arrived)

    @said
    def to_file(self, name, format, sync, keep=False):
        output = self.directory / f"{format}.ndjson"
        self.forward(name, file_sink(output, format, sync=sync))
        self.count(name, lines(output))
        if not keep:
            output.unlink()
        return output

    @said
    def produce(self, name, topic, records):
        self.broker.create_topic(topic, PARTITIONS)
        self.costs[name] = measured_floor(self.directory, self.events, "produce",
                                          self.broker.address, topic, records)
        self.count(name, self.in_topic(topic))

    @said
    def to_kafka(self, name, format, topic, **sections):
        self.broker.create_topic(topic, PARTITIONS)
        self.forward(name, lake(self.broker, topic, format), **sections)
        arrived = self.in_topic(topic)
        if "state" in sections and arrived <= self.events * MOST_MARKERS:
            arrived = min(arrived, self.events)
        self.count(name, arrived)

    def forward(self, name, sink, start=TENANT["start"], **sections):
        """`run --once` from an empty state."""
        with tempfile.TemporaryDirectory(dir=self.directory) as own:
            (Path(own) / "state").mkdir()
            config = Path(own) / "forwarder.yaml"
            config.write_text(json.dumps(
                configuration(own, self.simulator, [sink], {**TENANT, "start": start}, **sections)))
            self.costs[name], _ = measured(
                self.directory, self.events, [PROGRAM, "run", "-c", config, "--once"])

    def count(self, name, arrived):
        if arrived != self.events:
            raise Broken(f"{name}: {arrived} records arrived, not {self.events}")

    def in_topic(self, topic):
        consumer = KafkaConsumer(bootstrap_servers=self.broker.address)
        try:
            partitions = [TopicPartition(topic, number)
                          for number in consumer.partitions_for_topic(topic)]
            return sum(consumer.end_offsets(partitions).values())
        finally:
            consumer.close()


def lines(path):
    with open(path, "rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
