# SPDX-License-Identifier: Apache-2.0
"""Instances that share their tenants, and what a reader of committed messages has of each tenant.
All tenants are one simulated one: each reads its own copy of what comes in, under its own name."""
import time
from collections import Counter

from broker import TopicReader
from forwarder import configuration, kafka_state, lake
from ledger import Comparison
from ports import free_port
from waiting import until

SESSION = 6  # seconds: the least that a broker takes


class Fleet:
    """Instances by their names, each of which lasts (`state.instance`)."""

    def __init__(self, directory, simulator, broker, topic, start_forwarder, tenants, **of_tenant):
        self.directory = directory
        self.simulator = simulator
        self.broker = broker
        self.topic = broker.create_topic(topic)
        self.start_forwarder = start_forwarder
        self.tenants = [f"t{number:03}" for number in range(tenants)]
        self.of_tenant = of_tenant
        self.instances = {}

    def configuration(self, instance, tenants=None):
        config = configuration(self.directory, self.simulator, [lake(self.broker, self.topic)],
                               self.of_tenant,
                               state=kafka_state(f"{self.topic}.state", instance=instance,
                                                 session=f"{SESSION}s"))
        [tenant] = config["tenants"]
        config["tenants"] = [{**tenant, "name": name} for name in tenants or self.tenants]
        config["server"] = {"listen": f"127.0.0.1:{free_port()}"}
        return config

    def start(self, *names, tenants=None):
        for name in names:
            self.instances[name] = self.start_forwarder(self.configuration(name, tenants),
                                                        name=name)

    def shares(self):
        """The tenants of each instance that runs; None where one does not answer yet."""
        shares = {name: owned(forwarder) for name, forwarder in self.instances.items()}
        return None if None in shares.values() else shares

    def settled(self, seconds, tenants=None, among=None):
        """Waits until each tenant is one instance's, and of `among` each has some."""
        tenants = sorted(tenants or self.tenants)

        def whole():
            for name, forwarder in self.instances.items():
                assert forwarder.running(), f"{name} ended: {forwarder.stderr()[-3000:]}"
            shares = self.shares()
            return (shares if shares and sorted(sum(shares.values(), [])) == tenants
                    and all(shares[name] for name in among or shares) else None)

        return until(whole, seconds, f"one owner for each of {len(tenants)} tenants")

    def kill(self, *names):
        """When they were killed."""
        for name in names:
            self.instances.pop(name).kill()
        return time.monotonic()

    def restart(self, name):
        """In order, under the same name and configuration."""
        forwarder = self.instances.pop(name)
        assert forwarder.stop(20) == 0, forwarder.stderr()[-3000:]
        self.start(name)

    def await_all_once(self, seconds):
        """What was shown until now has arrived for every tenant, once; nothing else has."""
        reader = TopicReader(self.broker, self.topic, "raw", committed=True)
        shown = set(self.simulator.ledger())
        needed = len(shown) * len(self.tenants)
        until(lambda: len(reader.read()) >= needed and not self._missing(reader, shown), seconds,
              f"{needed} events", 2)
        later = self.simulator.ledger()
        for tenant, arrived in self._arrived(reader).items():
            found = Comparison(later, arrived)
            assert not found.unknown and not found.repeats, f"{tenant}: {found}"
        return len(reader.records)

    def _arrived(self, reader):
        arrived = {tenant: [] for tenant in self.tenants}
        for record in reader.records:
            arrived[dict(record.headers)["tenant"].decode()].append(reader.id_of(record.value))
        return arrived

    def _missing(self, reader, shown):
        return any(shown - set(arrived) for arrived in self._arrived(reader).values())


def owned(forwarder):
    """The tenants whose streams run there; None while nothing answers."""
    metrics = forwarder.metrics()
    return metrics and sorted(labels["tenant"] for name, labels, value in metrics.samples
                              if name == "netskope_forwarder_stream_owned" and value == 1)


def taken(forwarder):
    """How often this process has taken over each slot."""
    return Counter(line.split("slot ")[1].split()[0]
                   for line in forwarder.stderr().splitlines() if " is owned" in line)
