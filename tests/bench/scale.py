# SPDX-License-Identifier: Apache-2.0
"""What must not grow: cost and memory over the backlog, over the number of streams and over the ids
that are known; and how soon the first event comes. Once each, to a file."""
import json
import os
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from broker import Broker
from forwarder import (PROGRAM, Forwarder, configuration, file_sink, kafka_state, lake)
from measure import Broken, measured
from rounds import TENANT, lines
from simulator import Simulator
from waiting import until

MIB = 1 << 20
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
KNOWN_IDS = 1_000_000
STARTS = 11
IDLE_STREAMS = 100
SHARED_STREAMS = (1, 10, 100, 200)  # of a state in Kafka, each tenant's one
SHARED_SLOTS = (1, 4, 16)           # of so many streams as there are slots at most
SHARED_SETTLE_SECONDS = 15
SHARED_WATCH_SECONDS = 30
SHARED_MEMORY, SHARED_CPU = 128, 3  # MiB, % of a core: what 100 idle streams may cost
TENANTS = 200
RATE = 5             # events a second of each
POLL_SECONDS = 29    # and one more is the upper bound of a bucket of event_delay_seconds
SETTLE_SECONDS = 45
WATCH_SECONDS = 90
TICK = os.sysconf("SC_CLK_TCK")


def run_scale(scratch, largest):
    """Figures by name, each with its goal: (value, unit, goal or None, how they compare)."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=scratch) as directory:
        bench = Scale(Path(directory))
        bench.sizes([size for size in SIZES if size <= largest])
        bench.starts()
        bench.restart(min(KNOWN_IDS, largest))
        bench.idle_streams()
        bench.fleet()
        return bench.figures


def run_shared(scratch):
    """What streams cost that have nothing to do and whose state is in Kafka: by streams at 16 slots,
    and by slots."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=scratch) as directory:
        bench = Scale(Path(directory))
        bench.shared()
        return bench.figures


@contextmanager
def stopped_in_the_end(process):
    try:
        yield process
    finally:
        process.close()


class Scale:
    def __init__(self, directory):
        self.directory = directory
        self.figures = {}

    def note(self, name, value, unit, goal=None):
        self.figures[name] = {"value": value, "unit": unit, "at_most": goal}

    @contextmanager
    def tenant_of(self, events, *flags):
        print(f"bench: a tenant of {events:,} events {' '.join(flags)}", file=sys.stderr,
              flush=True)
        with tempfile.TemporaryDirectory(dir=self.directory) as own, stopped_in_the_end(
                Simulator(own, events, "--span", "23h", *flags)) as simulator:
            yield simulator

    @contextmanager
    def empty(self):
        """A directory for one state and its output."""
        with tempfile.TemporaryDirectory(dir=self.directory) as own:
            (Path(own) / "state").mkdir()
            yield Path(own)

    def once(self, own, simulator, events, format="ocsf"):
        config = own / "forwarder.yaml"
        sink = file_sink(own / "out", format, sync=False)
        config.write_text(json.dumps(configuration(own, simulator, [sink], TENANT)))
        cost, _ = measured(self.directory, events, [PROGRAM, "run", "-c", config, "--once"])
        if lines(own / "out") < events:
            raise Broken(f"{lines(own / 'out')} of {events} events arrived")
        return cost

    def sizes(self, sizes):
        """From one size to the next, what one more event costs; the start is in none of it."""
        costs = {}
        for size in sizes:
            with self.tenant_of(size) as simulator, self.empty() as own:
                costs[size] = self.once(own, simulator, size)
            self.note(f"OCSF → file, {size:,} events: peak RSS", costs[size].rss / MIB, "MiB", 48)
        for less, more in zip(sizes, sizes[1:]):
            extra = costs[more].cpu_us * more - costs[less].cpu_us * less
            self.note(f"an event's CPU from {less:,} to {more:,}", extra / (more - less), "µs")

    def starts(self):
        """From the start of the process to the first byte at its destination."""
        took = []
        with self.tenant_of(100) as simulator:
            for _ in range(STARTS):
                with self.empty() as own:
                    took.append(self.first_line_after_start(own, simulator))
        self.note("start to the first event", sorted(took)[len(took) // 2], "s", 0.5)

    def first_line_after_start(self, own, simulator):
        out = own / "out"
        before = out.stat().st_size if out.exists() else 0
        config = configuration(own, simulator, [file_sink(out, "ocsf", sync=False)], TENANT)
        begin = time.monotonic()
        with stopped_in_the_end(Forwarder(own, config)):
            until(lambda: out.exists() and out.stat().st_size > before, 60, "an event", 0.002)
            return time.monotonic() - begin

    def restart(self, ids):
        """The same with a ledger of so many ids; what comes first is new."""
        with self.tenant_of(ids, "--live", "50") as simulator, self.empty() as own:
            self.once(own, simulator, ids)
            time.sleep(2)
            took = self.first_line_after_start(own, simulator)
        self.note(f"restart with {ids:,} known ids to the next event", took, "s", 1)

    def idle_streams(self):
        def memory(streams):
            with self.empty() as own, stopped_in_the_end(
                    self.daemon(own, simulator, streams, "1s")) as forwarder:
                time.sleep(8)
                return forwarder.rss_bytes()

        with self.tenant_of(0) as simulator:
            one, many = memory(1), memory(1 + IDLE_STREAMS)
        self.note("one idle stream: RSS", one / MIB, "MiB")
        self.note("each further idle stream: RSS", (many - one) / MIB / IDLE_STREAMS, "MiB", 1)

    def daemon(self, own, simulator, tenants, poll):
        config = configuration(own, simulator, [file_sink(own / "out", "ocsf")])
        tenant = {**config["tenants"][0], "poll_interval": poll, "start": "1m"}
        config["tenants"] = [{**tenant, "name": f"tenant-{number}"} for number in range(tenants)]
        return Forwarder(own, config)

    def shared(self):
        broker = Broker(self.directory)
        try:
            with self.tenant_of(0) as simulator:
                for slots in SHARED_SLOTS[:-1]:
                    self.shared_idle(simulator, broker, slots, slots)
                for streams in SHARED_STREAMS:
                    self.shared_idle(simulator, broker, streams, SHARED_SLOTS[-1])
                self.shared_idle(simulator, broker, SHARED_SLOTS[-1], SHARED_SLOTS[-1])
        finally:
            broker.stop()

    def shared_idle(self, simulator, broker, streams, slots):
        """Polled as often as by default. All slots are this instance's."""
        name = f"idle-{streams}-{slots}"
        print(f"bench: {name}", file=sys.stderr, flush=True)
        with self.empty() as own:
            config = configuration(own, simulator, [lake(broker, broker.create_topic(name))],
                                   {"poll_interval": "30s", "start": "1m"},
                                   state=kafka_state(f"{name}.state", slots=slots))
            [tenant] = config["tenants"]
            config["tenants"] = [{**tenant, "name": f"t{number}"} for number in range(streams)]
            with stopped_in_the_end(Forwarder(own, config)) as forwarder:
                until(lambda: streams_owned(forwarder) == streams, 120, f"{streams} streams")
                time.sleep(SHARED_SETTLE_SECONDS)
                before, begun = cpu_seconds(forwarder), time.monotonic()
                time.sleep(SHARED_WATCH_SECONDS)
                used = (cpu_seconds(forwarder) - before) / (time.monotonic() - begun)
                goal = streams == IDLE_STREAMS
                what = f"{streams} idle streams in {slots} slots: "
                self.note(what + "RSS", forwarder.rss_bytes() / MIB, "MiB",
                          SHARED_MEMORY if goal else None)
                self.note(what + "CPU", 100 * used, "% of a core", SHARED_CPU if goal else None)
                self.note(what + "threads", count_of(forwarder, "task"), "")
                self.note(what + "connections to brokers",
                          connections_to(forwarder, broker.port), "")

    def fleet(self):
        """All are the same tenant: each stream reads its own copy of what comes in."""
        with self.tenant_of(0, "--live", str(RATE)) as simulator, self.empty() as own:
            with stopped_in_the_end(
                    self.daemon(own, simulator, TENANTS, f"{POLL_SECONDS}s")) as forwarder:
                time.sleep(SETTLE_SECONDS)
                cpu, seen = cpu_seconds(forwarder), forwarder.metrics()
                time.sleep(WATCH_SECONDS)
                used = cpu_seconds(forwarder) - cpu
                after = forwarder.metrics()
                rss = forwarder.rss_bytes()
        events = after.get("event_delay_seconds_count") - seen.get("event_delay_seconds_count")
        if events < 0.8 * TENANTS * RATE * WATCH_SECONDS:
            raise Broken(f"{events} events of {TENANTS} tenants in {WATCH_SECONDS} s")
        bound = str(POLL_SECONDS + 1)
        late = events - sum(now.get("event_delay_seconds_bucket", le=bound) * sign
                            for now, sign in ((after, 1), (seen, -1)))
        self.note(f"{TENANTS} tenants: events later than the poll interval + 1 s",
                  100 * late / events, "%", 1)
        self.note(f"{TENANTS} tenants: CPU", 100 * used / WATCH_SECONDS, "% of a core", 5)
        self.note(f"{TENANTS} tenants: RSS", rss / MIB, "MiB")


def streams_owned(forwarder):
    metrics = forwarder.metrics()
    return metrics and metrics.get("stream_owned")


def count_of(process, what):
    return len(os.listdir(f"/proc/{process.pid}/{what}"))


def connections_to(process, port):
    """Its sockets that are connected to that port of this machine."""
    connected = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "01" and int(fields[2].split(":")[1], 16) == port:
            connected.add(f"socket:[{fields[9]}]")
    count = 0
    for entry in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            count += os.readlink(entry) in connected
        except FileNotFoundError:
            pass  # it was closed
    return count


def cpu_seconds(process):
    """User and system time of a process that runs."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def report_scale(figures):
    def line(name, figure):
        text = f"{name:<62}{figure['value']:>9.2f} {figure['unit']}"
        if figure["at_most"] is not None:
            met = "met" if figure["value"] <= figure["at_most"] else "NOT MET"
            text += f"   at most {figure['at_most']:g}: {met}"
        return text

    return "\n".join(line(*item) for item in figures.items())
