# SPDX-License-Identifier: Apache-2.0
"""Three brokers that keep everything three times, state and events in one transaction: a reader of
committed messages has each event once, whichever process is killed, stopped, cut off or told
otherwise, and the forwarder goes on by itself. With --all half a million events, else a tenth."""
import signal
import statistics
import time

import pytest
from kafka import KafkaProducer

from cluster import Cluster
from conftest import ALL
from gate import CLOSED, NOTHING, REQUESTS
from waiting import throughout, until
from workload import (TENANTS, Pulse, Workload, delivered, owned, shown_lag, taken, takes)

KILLS = 100 if ALL else 6
SESSION = 6  # seconds: the least that a broker takes
PATIENCE = 120  # seconds, for whatever goes on by itself


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.close()


@pytest.fixture
def workload(tmp_path, start_simulator, start_forwarder, cluster):
    def make(*arguments, **properties):
        return Workload(tmp_path, start_simulator, start_forwarder, cluster, *arguments,
                        **properties)
    yield make
    cluster.mend()


def assert_it_is_told(forwarder, *words, since=0, seconds):
    """The log has words with a next step, and is no flood: some lines of each connection and stream
    when something begins and ends, and few while it lasts."""
    said = forwarder.stderr()[since:]
    for word in words:
        assert word in said, said
    lines = said.count("\n")
    print(f"{lines} lines in {seconds:.0f} s")
    assert lines <= 60 + seconds / 2, said


def table(what, pauses):
    print(f"{what}: {len(pauses)} times, seconds to go on: median "
          f"{statistics.median(pauses):.1f}, longest {max(pauses):.1f}")


def test_the_forwarder_is_killed(workload, chance):
    work = workload("three-kills", 150_000 if ALL else 21_000, 0)
    pauses = []
    for number in range(KILLS):
        rows = chance.uniform(1, work.events / KILLS)
        begun = time.monotonic()
        forwarder = work.start(f"forwarder-{number}")
        until(lambda: any((delivered(forwarder) or {}).values()), PATIENCE, "the first commit", 0.01)
        if number:  # the first start makes topics
            pauses.append(time.monotonic() - begun)
        until(lambda: taken(forwarder) >= rows, 60, f"run {number} to take {rows:.0f} rows", 0.002)
        throughout(forwarder.running, chance.uniform(0, 0.1), "it runs")
        forwarder.kill()
    table("the forwarder is killed", pauses)
    work.finish()
    # Transactions were cut off: the judge would notice if it saw them.
    assert work.with_what_was_aborted().repeats > 0 or not ALL


NODES = {
    "leader": lambda work, chance: work.cluster.leader(
        *chance.choice([(work.topic, 0), (work.state, chance.randrange(len(TENANTS)))])),
    "coordinator": lambda work, chance: work.cluster.coordinator(
        f"{work.state}.{chance.randrange(len(TENANTS))}"),
    "controller": lambda work, chance: work.cluster.controller(),
}


def test_a_node_is_killed(workload, chance):
    """The leader of a partition, the coordinator of a transaction, the controller; each comes back
    while the forwarder works on. By default one of them."""
    kinds = list(NODES) * 4 if ALL else [chance.choice(list(NODES))]
    work = workload("three-nodes", *((100_000, 240) if ALL else (15_000, 20)))
    forwarder = work.start()
    pauses = {what: [] for what in NODES}
    with Pulse(forwarder) as pulse:
        pulse.await_more()
        for what in kinds:
            node = NODES[what](work, chance)
            throughout(forwarder.running, chance.uniform(0, 0.5), "it runs")
            said = len(forwarder.stderr())
            pulse.begin_again()
            begun = time.monotonic()
            work.cluster.kill(node)
            pulse.await_more()
            pauses[what].append(pulse.pause())
            work.cluster.start([node])
            pulse.await_more(1)
            assert_it_is_told(forwarder, since=said, seconds=time.monotonic() - begun)
    for what in dict.fromkeys(kinds):
        table(f"the {what} is killed", pauses[what])
    assert forwarder.stop() == 0, forwarder.stderr()
    work.finish()


@pytest.mark.long
@pytest.mark.parametrize("how", ["in order", "killed"])
def test_all_nodes_are_restarted(workload, how):
    work = workload(f"three-restart-{how.replace(' ', '-')}", 20_000, 60)
    forwarder = work.start()
    with Pulse(forwarder) as pulse:
        pulse.await_more()
        said = len(forwarder.stderr())
        lag = shown_lag(forwarder)
        pulse.begin_again()
        begun = time.monotonic()
        if how == "in order":
            work.cluster.stop()
        else:
            for node in work.cluster.nodes:
                work.cluster.kill(node)
        until(lambda: forwarder.metric("sink_up", sink="lake") == 0, 90, "word of the outage")
        until(lambda: shown_lag(forwarder) > lag + 5, 60, "lag that grows")
        away = time.monotonic() - begun
        work.cluster.start(work.cluster.nodes)
        pulse.await_more()
        print(f"all nodes {how}: away for {away:.1f} s, the pause was {pulse.pause():.1f} s")
        assert_it_is_told(forwarder, "it goes on by itself", since=said,
                          seconds=time.monotonic() - begun)
    until(lambda: forwarder.metric("sink_up", sink="lake") == 1, 30, "the sink to be well")
    assert forwarder.stop() == 0, forwarder.stderr()
    work.finish()


# What is cut, what passes all the same, and for how many seconds.
SHORT_CUTS = [("one", REQUESTS, 4), ("all", NOTHING, 12)]
LONG_CUTS = [("one", NOTHING, 30), ("one", REQUESTS, 75), ("one", CLOSED, 20), ("all", REQUESTS, 20),
             ("all", CLOSED, 30), ("all", NOTHING, 20), ("all", REQUESTS, 80), ("all", NOTHING, 80)]


def test_the_network_is_cut(workload, chance):
    """Between the forwarder and one broker, then all. With --all longer than a transaction may last,
    and than a message is tried; a shorter time for messages by default."""
    cuts = LONG_CUTS if ALL else SHORT_CUTS
    timeout = {} if ALL else {"message.timeout.ms": "5000"}
    work = workload("three-cuts", *((80_000, 400) if ALL else (15_000, 25)), **timeout)
    forwarder = work.start()
    with Pulse(forwarder) as pulse:
        pulse.await_more()
        for which, what_passes, seconds in cuts:
            nodes = [work.cluster.leader(work.topic)] if which == "one" else work.cluster.nodes
            throughout(forwarder.running, chance.uniform(0, 0.5), "it runs")
            said = len(forwarder.stderr())
            pulse.begin_again()
            begun = time.monotonic()
            for node in nodes:
                node.gate.cut(what_passes)
            lag = shown_lag(forwarder)
            throughout(forwarder.running, seconds, "the forwarder runs")
            if which == "all":
                assert shown_lag(forwarder) >= lag + seconds / 2
                assert forwarder.metric("sink_up", sink="lake") == 0
            during = pulse.pause()
            work.cluster.mend()
            mended = time.monotonic()
            pulse.await_more()
            print(f"{which} cut for {seconds} s ({what_passes} passes): {during:.1f} s without a "
                  f"commit until then, all go on {time.monotonic() - mended:.1f} s later")
            assert_it_is_told(forwarder, since=said, seconds=time.monotonic() - begun)
            if which == "all":
                assert_it_is_told(forwarder, "it goes on by itself", since=said,
                                  seconds=time.monotonic() - begun)
    until(lambda: forwarder.metric("sink_up", sink="lake") == 1, 30, "the sink to be well")
    assert forwarder.stop() == 0, forwarder.stderr()
    work.finish()


@pytest.mark.long
def test_an_owner_sleeps_and_instances_differ(workload):
    """Two instances with the same configuration, one that has other tenants as well, and one that is
    stopped until it is taken for gone, and wakes."""
    work = workload("three-instances", 80_000, 120)
    names = list(TENANTS)
    first = work.start("first", instance=None)
    until(lambda: owned(first) == names, PATIENCE, "the first one to have all")
    second = work.start("second", instance=None)
    until(lambda: owned(second) and len(owned(first) + owned(second)) == len(names), PATIENCE,
          "the second one to have some")
    for number in range(4):
        with Pulse(first, second) as pulse:
            pulse.await_more()
            sleeper, waker = (first, second) if number % 2 == 0 else (second, first)
            before = takes(sleeper) + takes(waker)
            sleeper.send(signal.SIGSTOP)
            begun = time.monotonic()
            try:
                until(lambda: owned(waker) == names, SESSION + 30, "one owner of all")
                took = time.monotonic() - begun
                throughout(waker.running, 1, "the other one goes on")
            finally:
                sleeper.send(signal.SIGCONT)
            until(lambda: owned(sleeper) and sorted(owned(sleeper) + owned(waker)) == names,
                  PATIENCE, "the one that woke to have some")
            pulse.await_more()
            # One take-over when it slept, and one when it woke, of what was given to it.
            again = takes(sleeper) + takes(waker) - before
            assert all(count <= 2 for count in again.values()), again
            print(f"an owner sleeps: all are taken over {took:.1f} s later, then each slot has had "
                  f"{dict(again)} take-overs")
    assert second.stop() == 0, second.stderr()
    fewer = work.start("fewer", tenants=names[1:], instance=None)
    more = work.start("more", instance=None)
    until(lambda: owned(fewer) or owned(more), PATIENCE, "others to have some")
    for forwarder in (first, fewer, more):
        assert forwarder.stop() == 0, forwarder.stderr()
    work.finish()


@pytest.mark.long
def test_a_strangers_transaction(workload):
    """It is left open in partitions of the state while a slot is taken over: who reads to the first
    end that is told reads an old state, and delivers again. What it sent is never seen."""
    work = workload("three-stranger", 60_000, 60)
    first = work.start("first")
    with Pulse(first) as pulse:
        pulse.await_more()
        stranger = KafkaProducer(bootstrap_servers=work.cluster.address, acks="all",
                                 transactional_id="stranger")
        try:
            stranger.init_transactions()
            stranger.begin_transaction()
            for slot in range(len(TENANTS)):
                stranger.send(work.state, key=b"stranger", value=b"of somebody", partition=slot)
            stranger.send(work.topic, value=b'{"_id": "of nobody"}')
            stranger.flush()
            pulse.await_more(5)  # behind the stranger's
            first.kill()
            second = work.start("second")
            until(lambda: second.get("/healthz")[0] == 200, 20, "the second one")
            throughout(lambda: not taken(second), 3, "it waits for what the stranger hides")
            stranger.abort_transaction()
        finally:
            stranger.close(5)
    with Pulse(second) as pulse:
        pulse.await_more()
    assert second.stop() == 0, second.stderr()
    work.finish()
    assert work.with_what_was_aborted().unknown == ["of nobody"]
