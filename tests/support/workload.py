# SPDX-License-Identifier: Apache-2.0
"""Tenants whose events go to a cluster at a steady pace, so that something can happen meanwhile, and
the judgement over what a reader of committed messages has in the end."""
import threading
import time
from collections import Counter

from broker import TopicReader
from forwarder import configuration, kafka_state, lake, run_once
from ledger import Comparison
from ports import free_port
from waiting import until

TENANTS = ("t1", "t2", "t3")
PACE = 180  # pages of a tenant a minute
LIVE = 10  # more events of a tenant each second: there is always something to commit
SLOTS = len(TENANTS)
DEFAULT_PROPERTIES = {"message.timeout.ms": "60000"}


class Workload:
    """`seconds`: that the events last, at least, when nothing goes wrong. 0: as fast as it goes. More
    come all the time."""

    def __init__(self, tmp_path, start_simulator, start_forwarder, cluster, name, events, seconds,
                 **properties):
        self.directory = tmp_path
        self.start_forwarder = start_forwarder
        self.cluster = cluster
        self.topic = cluster.create_topic(name)
        self.state = f"{name}.state"
        self.properties = {**DEFAULT_PROPERTIES, **properties}
        self.events = events
        each = events // len(TENANTS)
        self.pace = {"page_size": 500}
        if seconds:
            self.pace = {"page_size": max(each * 60 // PACE // seconds, 1),
                         "rate_limit": f"{PACE}/min", "burst": 2}
        self.simulators = {tenant: start_simulator(each, "--seed", number, "--live", LIVE,
                                                   name=tenant)
                           for number, tenant in enumerate(TENANTS, 1)}

    def configuration(self, tenants=TENANTS, slowly=True, **state):
        state = {"slots": SLOTS, **state}
        config = configuration(self.directory, self.simulators[TENANTS[0]],
                               [lake(self.cluster, self.topic, **self.properties)],
                               state=kafka_state(self.state, **state),
                               batch={"events": 1000, "age": "100ms"})
        config["state"] = {key: value for key, value in config["state"].items() if value}
        config["sinks"][0]["brokers"] = self.cluster.gated
        pace = self.pace if slowly else {"page_size": 500}
        [tenant] = config["tenants"]
        config["tenants"] = [{**tenant, **pace, "name": name, "url": self.simulators[name].url,
                              "token_file": str(self.simulators[name].token_file)}
                             for name in tenants]
        config["server"] = {"listen": f"127.0.0.1:{free_port()}"}
        return config

    def start(self, name="forwarder", **more):
        return self.start_forwarder(self.configuration(**more), name=name)

    def finish(self, seconds=180):
        """All that is visible by now, as fast as it goes; then the judgement."""
        self.cluster.await_whole()
        shown = self.shown()
        last = run_once(self.directory, self.configuration(slowly=False), seconds, name="last")
        assert last.code == 0, last.stderr()[-3000:]
        return self.judge(shown)

    def judge(self, shown):
        """Each of these has arrived, and whatever has arrived did so once."""
        arrived = TopicReader(self.cluster, self.topic, "raw", committed=True).ids()
        now = self.shown()
        found = Comparison(now, arrived)
        missing = Counter(shown) - Counter(arrived)
        print(f"{self.topic}: {len(arrived)} events, {missing.total()} lost, {found.repeats} twice, "
              f"{len(found.unknown)} unknown")
        assert not missing, sorted(missing)[:3]
        assert not found.unknown and not found.repeats, str(found)
        assert len(shown) >= self.events // len(TENANTS) * len(TENANTS)
        return found

    def shown(self):
        return [name for simulator in self.simulators.values() for name in simulator.ledger()]

    def with_what_was_aborted(self):
        """What a reader has that does not ask for what is committed."""
        found = Comparison(self.shown(), TopicReader(self.cluster, self.topic, "raw").ids())
        print(f"with what was aborted: {found.repeats} more, and {len(found.unknown)} unknown")
        return found


def delivered(forwarder):
    """How many of each tenant's events this process has delivered. None: it does not answer."""
    metrics = forwarder.metrics()
    return metrics and {tenant: metrics.get("events_delivered_total", tenant=tenant) or 0
                        for tenant in TENANTS}


def taken(forwarder):
    """Rows that were taken into batches since this process began."""
    assert forwarder.running(), forwarder.stderr()[-3000:]
    metrics = forwarder.metrics()
    return metrics and ((metrics.get("events_received_total") or 0)
                        - (metrics.get("events_deduplicated_total") or 0))


def takes(forwarder):
    """How often this process has taken over each slot."""
    return Counter(line.split("slot ")[1].split()[0]
                   for line in forwarder.stderr().splitlines() if " is owned" in line)


def owned(forwarder):
    metrics = forwarder.metrics()
    return [tenant for tenant in TENANTS
            if metrics and metrics.get("stream_owned", tenant=tenant, stream="audit") == 1]


def shown_lag(forwarder):
    """Seconds, of the tenant that is furthest behind."""
    metrics = forwarder.metrics()
    return metrics and max(metrics.get("lag_seconds", tenant=tenant) or 0 for tenant in TENANTS)


class Pulse:
    """How long no event of a tenant is delivered, as the processes' metrics tell."""

    def __init__(self, *forwarders):
        self.forwarders = forwarders
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._counts = {}
        self._commits = Counter({tenant: 0 for tenant in TENANTS})
        self.begin_again()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def begin_again(self):
        """Another fault: what was before it counts no more."""
        with self._lock:
            now = time.monotonic()
            self._last = {tenant: now for tenant in TENANTS}
            self._longest = {tenant: 0.0 for tenant in TENANTS}

    def pause(self):
        """The longest pause of any tenant since then, also one that goes on."""
        with self._lock:
            now = time.monotonic()
            return max(max(self._longest[tenant], now - self._last[tenant]) for tenant in TENANTS)

    def await_more(self, commits=3, seconds=120):
        """Each tenant has had so many more commits than when it was called; counts that were not
        seen apart are one."""
        with self._lock:
            begun = dict(self._commits)

        def come():
            for forwarder in self.forwarders:
                assert forwarder.running(), forwarder.stderr()[-3000:]
            return all(self._commits[tenant] >= begun[tenant] + commits for tenant in TENANTS)

        try:
            until(come, seconds, f"{commits} more commits of each tenant")
        except AssertionError as error:
            said = [forwarder.stderr()[-3000:] for forwarder in self.forwarders]
            raise AssertionError(f"{error}; {dict(self._commits)}; {said}") from None

    def _watch(self):
        while not self._ended.wait(0.05):
            for forwarder in self.forwarders:
                counts = delivered(forwarder) or {}
                with self._lock:
                    for tenant, count in counts.items():
                        self._note(forwarder, tenant, count)

    def _note(self, forwarder, tenant, count):
        before = self._counts.get((forwarder, tenant), 0)
        self._counts[forwarder, tenant] = count
        # A stream that has begun again counts from nothing.
        if count == before or count == 0:
            return
        now = time.monotonic()
        self._longest[tenant] = max(self._longest[tenant], now - self._last[tenant])
        self._last[tenant] = now
        self._commits[tenant] += 1
