# SPDX-License-Identifier: Apache-2.0
"""A real Kafka broker, and what a consumer that is not librdkafka reads from it."""
import contextlib
import socket
import subprocess
from pathlib import Path

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import (ACL, ACLFilter, ACLOperation, ACLPermissionType, ACLResourcePatternType,
                         KafkaAdminClient, NewTopic, ResourcePattern, ResourcePatternFilter,
                         ResourceType)
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
    """`certificates`: one more port for each, of TLS. `guarded`: a user may do nothing but what
    grant_on() has granted; else everything is allowed where nobody is granted anything."""

    def __init__(self, directory, certificates=(), guarded=False):
        self.guarded = guarded
        self.data = Path(directory) / "kafka"
        self.data.mkdir(parents=True)
        self.tls_ports = [free_port() for _ in certificates]
        self.tls_addresses = [f"127.0.0.1:{port}" for port in self.tls_ports]
        for number, certificate in enumerate(certificates):
            self.present(number, certificate)
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.sasl_port = free_port()
        self.sasl_address = f"127.0.0.1:{self.sasl_port}"
        self._run("install", JARS)
        self.start()

    def start(self):
        rights = (["--set", "super.users=User:ANONYMOUS"] if self.guarded else
                  ["--set", "allow.everyone.if.no.acl.found=true"])
        tls = [f"--tls={port}={self._pem(number)}" for number, port in enumerate(self.tls_ports)]
        self._run("start", "--jars", JARS, "--data", self.data, "--port", self.port, "--sasl",
                  self.sasl_port, "--user", f"{USER}={PASSWORD}", "--set",
                  "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                  *rights, *(word for one in tls for word in one.split("=", 1)))

    def present(self, number, certificates):
        """What the TLS port of that number shows; from the next start on."""
        self._pem(number).write_text(certificates.key.read_text() + certificates.cert.read_text())

    def _pem(self, number):
        return self.data / f"listener-{number}.pem"

    def change_password(self, before, after):
        """Of the user; from the next start on."""
        file = self.data / "server.properties"
        file.write_text(file.read_text().replace(f'="{before}"', f'="{after}"'))

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

    def delete_topic(self, name):
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            admin.delete_topics([name])
        finally:
            admin.close()

    def grant(self, topic, user, *operations):
        """From now on the topic is this user's alone, for these operations, or for all."""
        self.grant_on("TOPIC", topic, user, *operations or ("ALL",))

    def grant_on(self, kind, name, user, *operations, prefixed=False):
        """More than the user had. `kind`: TOPIC, GROUP, TRANSACTIONAL_ID."""
        pattern = ResourcePattern(ResourceType[kind], name, ACLResourcePatternType.PREFIXED
                                  if prefixed else ACLResourcePatternType.LITERAL)
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            admin.create_acls([ACL(f"User:{user}", "*", ACLOperation[operation],
                                   ACLPermissionType.ALLOW, pattern) for operation in operations])
        finally:
            admin.close()

    def revoke_on(self, kind, name, user, *operations):
        """Of what grant_on() has granted on that name, prefix or not."""
        pattern = ResourcePatternFilter(ResourceType[kind], name, ACLResourcePatternType.ANY)
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            done = admin.delete_acls([ACLFilter(f"User:{user}", "*", ACLOperation[operation],
                                                ACLPermissionType.ALLOW, pattern)
                                      for operation in operations])
            assert all(matches for _, matches, _ in done), f"nothing to revoke on {name}: {done}"
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
