# SPDX-License-Identifier: Apache-2.0
"""Three Kafka nodes, each broker and controller, on loopback ports; everything is kept three times.
Clients under test come through gates, which can be cut; a judge comes directly."""
import contextlib
import signal
import socket
import subprocess
import time
from pathlib import Path

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError

from broker import JARS, SCRIPT
from gate import Gate
from ports import free_port
from processes import Process
from quorum import controller_of, coordinator_of
from waiting import until

NODES = (1, 2, 3)
CLUSTER = "5L6g3nShT-eMCtK--X86sw"
# A small heap, and no compiler that pays off after minutes.
# Maven's own logger, where it is: what a node says is in its stderr.
JAVA = ["java", "-Xmx300m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
        "-Dorg.slf4j.simpleLogger.showDateTime=true",
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
        "-cp", f"{JARS}/*:/usr/share/java/slf4j-simple.jar"]

PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners=DIRECT://127.0.0.1:{direct},GATED://127.0.0.1:{gated},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=DIRECT://127.0.0.1:{direct},GATED://{gate}
inter.broker.listener.name=DIRECT
listener.security.protocol.map=DIRECT:PLAINTEXT,GATED:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={log}
auto.create.topics.enable=false
default.replication.factor=3
min.insync.replicas=2
offsets.topic.replication.factor=3
offsets.topic.num.partitions=6
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
transaction.state.log.num.partitions=6
group.initial.rebalance.delay.ms=0
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=4000
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=4194304
"""


class Node:
    def __init__(self, directory, number):
        self.number = number
        self.directory = Path(directory) / f"node-{number}"
        self.directory.mkdir(parents=True)
        self.direct, self.gated, self.controller = free_port(), free_port(), free_port()
        self.gate = Gate(self.gated)
        self.address = f"127.0.0.1:{self.direct}"
        self.process = None

    def write(self, nodes):
        voters = ",".join(f"{node.number}@127.0.0.1:{node.controller}" for node in nodes)
        self.properties = self.directory / "server.properties"
        self.properties.write_text(PROPERTIES.format(
            node=self.number, voters=voters, direct=self.direct, gated=self.gated,
            controller=self.controller, gate=self.gate.address, log=self.directory / "log"))

    def format(self):
        return subprocess.Popen(
            [*JAVA, "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", self.properties],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def start(self):
        self.process = Process([*JAVA, "kafka.Kafka", self.properties], self.directory, "kafka")

    def listens(self):
        assert self.process.running(), f"node {self.number} ended: {self.process.stderr()[-2000:]}"
        for port in (self.direct, self.gated):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) != 0:
                    return False
        return True


class Cluster:
    def __init__(self, directory):
        subprocess.run([str(SCRIPT), "install", str(JARS)], stdin=subprocess.DEVNULL, check=True,
                       timeout=180)
        self.nodes = [Node(directory, number) for number in NODES]
        for node in self.nodes:
            node.write(self.nodes)
        for formatting in [node.format() for node in self.nodes]:
            said, _ = formatting.communicate(timeout=120)
            assert formatting.returncode == 0, said
        self.address = ",".join(node.address for node in self.nodes)  # without a gate
        self.gated = [node.gate.address for node in self.nodes]
        self.start(self.nodes)

    def start(self, nodes):
        for node in nodes:
            node.start()
        until(lambda: all(node.listens() for node in nodes), 120, "nodes that listen")
        self.await_whole()

    def kill(self, node):
        """It is gone at once, whatever it was doing."""
        node.process.kill()

    def stop(self):
        """All of them, in order: each is told at the same time."""
        for node in self.nodes:
            node.process.send(signal.SIGTERM)
        deadline = time.monotonic() + 30  # a node that has no quorum left waits for one
        for node in self.nodes:
            with contextlib.suppress(AssertionError):
                node.process.wait(max(deadline - time.monotonic(), 0.1))
            node.process.close()

    def close(self):
        for node in self.nodes:
            if node.process:
                node.process.close()
            node.gate.close()

    def mend(self):
        for node in self.nodes:
            node.gate.mend()

    @contextlib.contextmanager
    def admin(self):
        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            yield admin
        finally:
            admin.close()

    def create_topic(self, name, partitions=3, **settings):
        with self.admin() as admin:
            admin.create_topics([NewTopic(name, partitions, len(NODES), topic_configs=settings)])
        return name

    def await_whole(self, seconds=90):
        """Every replica of every partition is in sync."""
        until(lambda: self._asked(self._is_whole), seconds, "all replicas in sync")

    def leader(self, topic, partition=0):
        def ask(admin):
            [about] = admin.describe_topics([topic])
            [leader] = [one["leader"] for one in about["partitions"]
                        if one["partition"] == partition]
            return leader if leader >= 0 else None
        return self._node(ask, f"the leader of {topic} {partition}")

    def coordinator(self, transactional_id):
        return self._node(lambda admin: coordinator_of(admin, transactional_id),
                          f"the coordinator of {transactional_id}")

    def controller(self):
        return self._node(controller_of, "the controller")

    def _node(self, ask, what):
        number = until(lambda: self._asked(ask), 60, what)
        [node] = [node for node in self.nodes if node.number == number]
        return node

    def _asked(self, ask):
        """What the cluster answers; None while it does not."""
        try:
            with self.admin() as admin:
                return ask(admin)
        except (KafkaError, AttributeError, IndexError):
            return None

    @staticmethod
    def _is_whole(admin):
        about = admin.describe_cluster()
        if len(about["brokers"]) != len(NODES):
            return False
        return all(len(partition["isr"]) == len(NODES)
                   for topic in admin.describe_topics()
                   for partition in topic["partitions"])
