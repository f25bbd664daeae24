# SPDX-License-Identifier: Apache-2.0
"""Instances that share a state in a topic: each tenant is one instance's at a time, whoever is
killed, stopped or told otherwise, and a reader of committed messages sees each event once. Its
people are asked for by that instance alone."""
import json
import signal
from collections import Counter

from broker import TopicReader
from forwarder import configuration, kafka_state, lake
from ledger import assert_all_arrived
from ports import free_port
from scim import Scim, token_file
from waiting import until

TENANTS = 6
EVENTS = 3_000
SESSION = 6  # seconds: the least that a broker takes
USERS = 5


class Fleet:
    """Some tenants, one topic of events, and any number of instances. `of_tenant`: more of each
    tenant's configuration."""

    def __init__(self, tmp_path, start_simulator, start_forwarder, broker, topic, *flags,
                 **of_tenant):
        self.directory = tmp_path
        self.start_forwarder = start_forwarder
        self.broker = broker
        self.topic = broker.create_topic(topic)
        self.of_tenant = of_tenant
        self.simulators = {f"t{number}": start_simulator(EVENTS, "--seed", number, *flags,
                                                         name=f"t{number}")
                           for number in range(1, TENANTS + 1)}

    def configuration(self, tenants=None, **state):
        """Slow enough that something can happen in between."""
        tenants = tenants or list(self.simulators)
        config = configuration(self.directory, self.simulators[tenants[0]],
                               [lake(self.broker, self.topic)],
                               state=kafka_state(f"{self.topic}.state", **state))
        if not state.get("instance"):
            config["state"].pop("instance")
        [tenant] = config["tenants"]
        config["tenants"] = [{**tenant, **self.of_tenant, "name": name, "url": self.simulators[name].url,
                              "page_size": 100, "rate_limit": "300/min", "burst": 4,
                              "token_file": str(self.simulators[name].token_file)}
                             for name in tenants]
        config["server"] = {"listen": f"127.0.0.1:{free_port()}"}
        return config

    def start(self, name, tenants=None, **state):
        state = {"instance": None, **state}
        return self.start_forwarder(self.configuration(tenants, **state), name=name)

    def reload(self, forwarder, name, tenants=None, **of_tenant):
        """Told of other tenants, or of another configuration of them."""
        self.of_tenant.update(of_tenant)
        path = self.directory / f"{name}.yaml"
        config = json.loads(path.read_text())
        config["tenants"] = self.configuration(tenants)["tenants"]
        path.write_text(json.dumps(config))
        forwarder.send(signal.SIGHUP)

    def await_owned(self, *forwarders, seconds=30):
        """Every tenant is exactly one instance's."""
        until(lambda: sorted(name for forwarder in forwarders for name in owned(forwarder)) ==
              sorted(self.simulators), seconds, "each tenant to have one owner")

    def await_all_once(self, seconds=120):
        reader = TopicReader(self.broker, self.topic, "raw", committed=True)
        shown = [name for simulator in self.simulators.values() for name in simulator.ledger()]
        until(lambda: len(set(reader.ids())) >= len(set(shown)), seconds, "all events", 2)
        print(assert_all_arrived(shown, reader.ids(), repeats=0))


def owned(forwarder):
    metrics = forwarder.metrics()
    return [name for name in (f"t{number}" for number in range(1, TENANTS + 1))
            if metrics and metrics.get("stream_owned", tenant=name, stream="audit") == 1]


def pictured(forwarder):
    """Tenants of whose people this instance shows a picture."""
    metrics = forwarder.metrics()
    return [name for name in (f"t{number}" for number in range(1, TENANTS + 1))
            if metrics and metrics.get("identity_users", tenant=name) == USERS]


def pictured_in_status(forwarder):
    return [tenant["name"] for tenant in status(forwarder)["tenants"] if "identities" in tenant]


def takes(forwarder):
    """How often this process has taken over each slot."""
    return Counter(line.split("slot ")[1].split()[0]
                   for line in forwarder.stderr().splitlines() if " is owned" in line)


def status(forwarder):
    return json.loads(forwarder.get("/status.json")[1])


def shown_as_owned(forwarder):
    return {tenant["name"] for tenant in status(forwarder)["ownership"]["tenants"]
            if tenant["owned"]}


def shown_streams(forwarder):
    return {stream["tenant"] for stream in status(forwarder)["streams"]}


def test_instances_share_and_take_over(tmp_path, start_simulator, start_forwarder, broker):
    """Three instances: one is killed, one is stopped until it is taken for dead and wakes again, one
    is told of fewer tenants."""
    fleet = Fleet(tmp_path, start_simulator, start_forwarder, broker, "shared")
    first = fleet.start("first")
    fleet.await_owned(first)
    second = fleet.start("second", instance="second")
    third = fleet.start("third", tenants=list(fleet.simulators)[1:])
    until(lambda: len(owned(first)) < TENANTS and owned(second), 30, "the second one to have some")
    until(lambda: shown_as_owned(second) == shown_streams(second), 15, "one status")
    assert status(second)["ownership"]["instance"] == "second"
    assert second.stop() == 0, second.stderr()

    # Killed, or stopped, and out of the way a session later.
    third.kill()
    fleet.await_owned(first, seconds=SESSION * 2 + 15)
    fourth = fleet.start("fourth")
    until(lambda: owned(fourth), 30, "the fourth one to have some")
    before = takes(first)
    first.send(signal.SIGSTOP)
    try:
        fleet.await_owned(fourth, seconds=SESSION + 15)
    finally:
        first.send(signal.SIGCONT)
    fleet.await_owned(first, fourth, seconds=30)
    assert first.running() and fourth.running()
    # No ping-pong: what the group gave back to the one that woke it took over once.
    assert all(count <= 1 for count in (takes(first) - before).values()), first.stderr()
    fleet.await_all_once()
    for forwarder in (first, fourth):
        assert forwarder.stop() == 0, forwarder.stderr()


def people_fleet(tmp_path, start_simulator, start_forwarder, broker, topic):
    return Fleet(tmp_path, start_simulator, start_forwarder, broker, topic,
                 "--set", f"scim_users={USERS}",
                 identities={"token_file": str(token_file(tmp_path)), "refresh": "1s"})


def test_people_are_asked_for_where_the_streams_run(tmp_path, start_simulator, start_forwarder,
                                                    broker):
    """The picture of a tenant's people is in the tenant's slot, and moves with it: its owner alone
    asks for another one, and the next owner shows it at once."""
    fleet = people_fleet(tmp_path, start_simulator, start_forwarder, broker, "people")
    first = fleet.start("first", session="15s", slots=TENANTS)
    until(lambda: len(pictured(first)) == TENANTS, 30, "a picture of everyone")
    second = fleet.start("second", session="15s", slots=TENANTS)
    until(lambda: owned(second), 30, "the second one to have some")
    fleet.await_owned(first, second)
    for forwarder in (first, second):
        until(lambda: pictured(forwarder) == pictured_in_status(forwarder) == owned(forwarder), 15,
              "pictures where the streams are")

    def asked(names):
        return sum(fleet.simulators[name].stats()["scim_requests"] for name in names)

    def await_more(names, count):
        until(lambda before=asked(names): asked(names) >= before + count, 10, "walks")

    # Who is stopped asks nobody; nor does the one whose tenants these are not.
    kept, moved = owned(first), owned(second)
    second.send(signal.SIGSTOP)
    try:
        await_more(kept, 1)  # what was sent has come
        before = asked(moved)
        await_more(kept, 2 * 2 * len(kept))
        assert asked(moved) == before and owned(first) == kept
        for name in moved:
            fleet.simulators[name].fault("503&on=scim")
        until(lambda: pictured(first) == list(fleet.simulators), 45, "the pictures that were kept")
        until(lambda: asked(moved) > before, 15, "the next owner to ask")
    finally:
        second.send(signal.SIGCONT)
    until(lambda: owned(second), 45, "the one that woke to have some")
    fleet.await_owned(first, second)
    for forwarder in (first, second):
        until(lambda: pictured(forwarder) == pictured_in_status(forwarder) == owned(forwarder), 15,
              "pictures where the streams are")
        assert forwarder.stop() == 0, forwarder.stderr()


def test_a_tenant_is_added_to_a_slot_that_is_open(tmp_path, start_simulator, start_forwarder,
                                                  broker):
    fleet = people_fleet(tmp_path, start_simulator, start_forwarder, broker, "added")
    everyone = fleet.start("everyone", slots=2)
    until(lambda: pictured(everyone) == owned(everyone) == list(fleet.simulators), 30, "everyone")
    assert everyone.stop() == 0, everyone.stderr()
    others = list(fleet.simulators)[1:]
    forwarder = fleet.start("others", tenants=others, slots=2)
    until(lambda: pictured(forwarder) == owned(forwarder) == others, 30, "the others")
    fleet.reload(forwarder, "others")
    until(lambda: pictured(forwarder) == owned(forwarder) == list(fleet.simulators), 15, "everyone")
    # Its streams begin anew with what is configured now, and find the people.
    fleet.reload(forwarder, "others",
                 identities={**fleet.of_tenant["identities"], "fields": ["id", "active"]})
    until(lambda: forwarder.stderr().count("its configuration changed") == TENANTS, 15, "streams")
    until(lambda: pictured(forwarder) == owned(forwarder) == list(fleet.simulators), 15, "everyone")
    fleet.await_all_once()
    for name, simulator in fleet.simulators.items():
        Scim(simulator).create("ada@corp.example")
        forwarder.until_metric("events_identified_total", lambda count: count >= 1, 20,
                               tenant=name, stream="audit", result="missing")
    assert forwarder.stop() == 0, forwarder.stderr()
