# SPDX-License-Identifier: Apache-2.0
"""A real Kafka broker, and what a consumer that is not librdkafka reads from it."""
import contextlib
import socket
import subprocess
from pathlib import Path

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import (ACL, ACLOperation, ACLPermissionType, KafkaAdminClient, NewTopic,
                         ResourcePattern, ResourceType)
from kafka.errors import TopicAlreadyExistsError

from ledger import ID_OF
from ports import free_port
from processes import ROOT
from waiting import until

SCRIPT = ROOT / "tests" / "support" / "kafka_broker" / "kafka_broker.sh"
JARS = ROOT / "build" / "kafka"
# Of the port that asks who it is.
USER, PASSWORD = "netskope-forwarder", "a-password-of-this-broker"


class Broker:
    def __init__(self, directory):
        self.data = Path(directory) / "kafka"
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.sasl_port = free_port()
        self.sasl_address = f"127.0.0.1:{self.sasl_port}"
        self._run("install", JARS)
        self.start()

    def start(self):
        # Everything is allowed where nobody is granted anything: see grant().
        self._run("start", "--jars", JARS, "--data", self.data, "--port", self.port, "--sasl",
                  self.sasl_port, "--user", f"{USER}={PASSWORD}", "--set",
                  "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                  "--set", "allow.everyone.if.no.acl.found=true")

    def stop(self):
        self._run("stop", "--data", self.data)
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", self.port)) != 0, "the broker still listens"

    def create_topic(self, name, partitions=3, **settings):
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            admin.create_topics([NewTopic(name, partitions, 1, topic_configs=settings)])
        finally:
            admin.close()
        return name

    def empty_topic(self, name, partitions=3):
        """A topic whose name is fixed: what an earlier test left there is deleted."""
        admin = KafkaAdminClient(bootstrap_servers=self.address)

        def created():
            with contextlib.suppress(TopicAlreadyExistsError):  # it is still being deleted
                admin.create_topics([NewTopic(name, partitions, 1)])
                return True

        try:
            if name in admin.list_topics():
                admin.delete_topics([name])
            until(created, 30, f"an empty topic {name}")
        finally:
            admin.close()
        return name

    def grant(self, topic, user, *operations):
        """From now on the topic is this user's alone, for these operations, or for all."""
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            pattern = ResourcePattern(ResourceType.TOPIC, topic)
            admin.create_acls([ACL(f"User:{user}", "*", ACLOperation[operation],
                                   ACLPermissionType.ALLOW, pattern)
                               for operation in operations or ("ALL",)])
        finally:
            admin.close()

    def _run(self, *arguments):
        done = subprocess.run([str(SCRIPT), *map(str, arguments)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"


def ends_of(consumer, partitions):
    """The ends of partitions. Of a broker that has just begun kafka-python may hear nothing, and
    then trips over an answer that it does not have."""
    def ask():
        try:
            return consumer.end_offsets(partitions)
        except AttributeError:
            return None
    return until(ask, 60, "the ends of partitions")


class TopicReader:
    """Everything in a topic, from its beginning; each call of ids() reads what has come since. With
    committed=True, what a reader of committed messages alone sees, once every transaction that has
    sent anything until now has ended: a commit is answered before its partitions know of it."""

    def __init__(self, broker, topic, format="ocsf", committed=False):
        self.isolation = "read_committed" if committed else "read_uncommitted"
        self.broker = broker
        self.topic = topic
        self.id_of = ID_OF[format]
        self.records = []
        self.offsets = {}

    def read(self):
        consumer = KafkaConsumer(bootstrap_servers=self.broker.address, enable_auto_commit=False,
                                 isolation_level=self.isolation,
                                 auto_offset_reset="earliest", max_partition_fetch_bytes=8 << 20,
                                 fetch_max_bytes=64 << 20)
        try:
            partitions = [TopicPartition(self.topic, number)
                          for number in sorted(consumer.partitions_for_topic(self.topic))]
            consumer.assign(partitions)
            for partition in partitions:
                consumer.seek(partition, self.offsets.get(partition, 0))
            ends = self._ends(partitions)
            while any(consumer.position(partition) < ends[partition] for partition in partitions):
                for records in consumer.poll(timeout_ms=1000).values():
                    self.records += records
            self.offsets = {partition: consumer.position(partition) for partition in partitions}
        finally:
            consumer.close()
        return self.records

    def ids(self):
        return [self.id_of(record.value) for record in self.read()]

    def _ends(self, partitions):
        """The last message of each, committed or not."""
        consumer = KafkaConsumer(bootstrap_servers=self.broker.address)
        try:
            return ends_of(consumer, partitions)
        finally:
            consumer.close()
