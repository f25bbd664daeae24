# SPDX-License-Identifier: Apache-2.0
"""One round: each floor and each way through the forwarder, one after the other, on one tenant."""
import json
import sys
import tempfile
import time
from pathlib import Path

from broker import Broker
from forwarder import PROGRAM, configuration, file_sink
from kafka import KafkaConsumer, TopicPartition
from measure import Broken, measured, measured_floor
from simulator import Simulator

TENANT = {"start": "24h", "rate_limit": "600000/min", "burst": 10000}
PARTITIONS = 3
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
        self.to_file("raw → file", "raw", True)
        self.to_file("raw → file, not synced", "raw", False)
        self.to_file("OCSF → file", "ocsf", True)
        records = self.to_file("OCSF → file, not synced", "ocsf", False, keep=True)
        for format in OTHER_FORMATS:
            self.to_file(f"{format} → file, not synced", format.lower(), False)
        if number == 0:  # a broker that has compiled its hot paths serves both sides alike
            measured_floor(self.directory, self.events, "produce", self.broker.address,
                           self.broker.create_topic("warm", PARTITIONS), records)
        self.produce("produce floor", f"floor-{number}", records)
        records.unlink()
        self.to_kafka("OCSF → Kafka", f"forwarded-{number}")
        return self.costs

    @said
    def download(self, name):
        now = int(time.time())
        self.costs[name] = measured_floor(
            self.directory, self.events, "download", self.simulator.url,
            self.simulator.token_file, now - 86_400, now)

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
    def to_kafka(self, name, topic):
        self.broker.create_topic(topic, PARTITIONS)
        self.forward(name, {"name": "out", "type": "kafka", "brokers": [self.broker.address],
                            "topic": topic, "format": "ocsf"})
        self.count(name, self.in_topic(topic))

    def forward(self, name, sink):
        """`run --once` from an empty state."""
        with tempfile.TemporaryDirectory(dir=self.directory) as own:
            (Path(own) / "state").mkdir()
            config = Path(own) / "forwarder.yaml"
            config.write_text(json.dumps(configuration(own, self.simulator, [sink], TENANT)))
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
