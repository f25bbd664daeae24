# SPDX-License-Identifier: Apache-2.0
"""One scenario of the simulator, with the forwarder against it: what was shown, what arrived.

Times and sizes of the scenarios are made for people who watch; here they are scaled so that each
shows its trap within seconds. What is scaled, and why a scenario is judged otherwise than by "all
arrives", stands in the tables below and nowhere else.
"""
import base64
import functools
import json
import re
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from forwarder import Forwarder, configuration, file_sink
from ledger import ids_in_file
from processes import BIN
from simulator import Simulator

EVENTS = 1_500
LIVE = 20  # events a second
PAGE = 100
BATCH = 200
ACTS = 6  # seconds in which the scenario shows its trap, and in which kills fall
PATIENCE = 60  # seconds after that, until all arrived
SHORTEST_VISIBLE = 5  # seconds: a row that retention takes sooner may never have been read

# Settings by their value in the scenario, and what they are here.
SCALED = {
    "changes_after": {"60s": "3s"},
    "changes_for": {"2m": "3s"},
    "token_expires": {"60s": "3s"},
    "stall_for": {"90s": "1s"},
    "drip_for": {"20s": "1s"},
    "hidden_for": {"90s": "3s"},
    "equal_after": {"90s": "3s"},
    "changed_after": {"60s": "2s"},
    "batch_every": {"5m": "2s"},
    "burst_after": {"30s": "2s", "5m": "4s"},
    "burst_events": {"100000": "3000"},
    "delay": {"1s": "100ms"},
    "limit_max": {"1000": "50"},
    "deep_offset": {"20000": "400"},
    "total_cap": {"10000": "300"},
    "crowd": {"12000": "700"},
    "rate_limit": {"240/min": "20/s", "60/min": "5/s"},
    "global_limit": {"120/min": "3/s"},
    "span": {"20m": "60s"},
    # A stream that is denied asks again after ten seconds, however short its poll interval.
    "faults": {"401:20,403:20,403-text:20": "401:2,403:2,403-text:2"},
    "retention": {"15m": "45s"},
}
# No settings of these scenarios, but sizes and times of theirs.
FAULT_SCALES = {"bomb": ["bomb_bytes=67108864"], "stall": ["stall_for=1s"]}

# What a row that cannot be delivered is allowed to do instead, by kind: to stand in the dead
# letter. The first of each is certain.
UNPARSABLE = {"broken", "unbalanced"}
TOO_DEEP = {"deep"}
TOO_LARGE_FOR_KAFKA = {"huge"}

# Scenarios that may take longer, and how many seconds: a wait of five minutes is the longest that
# is believed, and there is one.
LONG = {"retry-huge": 360}

# Scenarios that are right never to end: the program must say so, and lose nothing once the tenant
# mends its ways, which `changes_to` makes it do.
LOUD = {
    "empty-no-body": "an empty body is no page",
}
MENDS = "empty_as=list"

# Scenarios in which a good answer denies rows that are there. Of live rows revisits know better; a
# window of the backlog is asked for once, and nothing tells its denial from silence.
DENIED = {"empty-lies", "no-rows-in-200"}

# Rows that may come twice, once for each of two windows that show the second they lie in: they
# have neither id nor time, and nothing else tells them from an equal row.
TIMELESS = {"bare"}

_NAME = re.compile(r'"(_id|trace_id)"\s*:\s*"([^"]+)"')


@functools.cache
def scenarios():
    """Name → settings, of every scenario that the simulator knows."""
    listed = subprocess.run([str(BIN / "netskope-simulator"), "--list-scenarios"],
                            capture_output=True, text=True, check=True).stdout
    lines = listed.split("\n\n")[0].split("\nsettings")[0].splitlines()[1:]
    found = {}
    for line in lines:
        if line.startswith("  ") and not line.startswith("      "):
            name = line.strip()
        elif "=" in line:
            found[name] = line.strip()
    return found


def scaled(settings):
    """The flags --set that make a scenario's settings those of a test."""
    flags = []
    for assignment in settings.split():
        key, value = assignment.split("=", 1)
        if key == "changes_to":
            # What it changes to is a scenario with numbers of its own.
            for name, changed in (("clamped-pages", "limit_max=50"),
                                  ("deep-offset-rejected", "deep_offset=400;deep_answer=reject")):
                value = value.replace(name, changed)
            flags += ["--set", f"changes_to={value}"]
        if value in SCALED.get(key, {}):
            flags += ["--set", f"{key}={SCALED[key][value]}"]
        if key == "faults":
            for fault, extra in FAULT_SCALES.items():
                if fault in value:
                    flags += [part for one in extra for part in ("--set", one)]
    return flags


def dead_letter_names(path):
    path = Path(path)
    if not path.exists():
        return []
    names = []
    content = path.read_bytes()
    for line in content[: content.rfind(b"\n") + 1].splitlines():
        kept = json.loads(line)
        assert kept["reason"], kept
        raw = kept.get("raw") or base64.b64decode(kept["raw_base64"]).decode(errors="replace")
        found = dict(_NAME.findall(raw))
        names.append(found.get("_id") or found.get("trace_id") or raw)
    return names


@dataclass
class Found:
    """What became of a scenario."""

    shown: int = 0
    lost: list = field(default_factory=list)
    excused: int = 0
    unknown: list = field(default_factory=list)
    repeated: int = 0
    kills: int = 0
    misplaced: list = field(default_factory=list)  # in the dead letter, or not, and should not be
    identity: list = field(default_factory=list)  # of every scrape that was not 0
    loud: bool = False  # stream_up was 0 at some scrape
    code: int = 0
    seconds: float = 0
    log: str = ""

    def verdict(self):
        faults = []
        if self.lost:
            faults.append(f"{len(self.lost)} of {self.shown} lost: {self.lost[:3]}")
        if self.unknown:
            faults.append(f"{len(self.unknown)} from nowhere: {self.unknown[:3]}")
        if self.repeated > self.kills * BATCH:
            faults.append(f"{self.repeated} repeated after {self.kills} kills")
        if self.misplaced:
            faults.append(f"dead letter: {self.misplaced[:3]}")
        if self.code != 0:
            faults.append(f"exit code {self.code} after SIGTERM")
        if self.identity:
            faults.append(f"identity of the metrics: {self.identity[:3]}")
        return "; ".join(faults)


class ScenarioRun:
    """Runs a scenario in a directory of its own. `sink` and `arrived` say where events go."""

    def __init__(self, directory, name, chance, kills=0, sink=None, arrived=None):
        self.directory = directory
        self.name = name
        self.chance = chance
        self.kills = kills
        out = directory / "events.ndjson"
        self.kafka = sink is not None
        self.sink = sink or file_sink(out)
        self.arrived_at_sink = arrived or (lambda: ids_in_file(out))
        self.settings = scenarios()[name]
        self.found = Found(kills=kills)
        self.forwarder = None
        self.started = 0

    def run(self):
        begun = time.monotonic()
        extra = []
        if self.name in LOUD:
            extra = ["--set", f"changes_after={ACTS}s", "--set", f"changes_to={MENDS}"]
        self.begun = time.time()
        self.simulator = Simulator(self.directory, EVENTS, "--live", LIVE, "--scenario", self.name,
                                   *self._own_numbers(), *scaled(self.settings), *extra)
        try:
            self._watch()
        finally:
            if self.forwarder:
                self.forwarder.close()
                self.found.log = self._log()
            self.simulator.close()
        self.found.seconds = time.monotonic() - begun
        return self.found

    def _own_numbers(self):
        """A scenario's own events have the last word over the flags."""
        own = dict(part.split("=", 1) for part in self.settings.split())
        return [flag for key in ("events", "live") if key in own
                for flag in ("--set", f"{key}={own[key]}")]

    def _start(self):
        self.started += 1
        self.forwarder = Forwarder(self.directory, self.config, name=f"forwarder-{self.started}")

    def _watch(self):
        self.config = configuration(
            self.directory, self.simulator, [self.sink],
            tenant={"poll_interval": "200ms", "page_size": PAGE, "timeout": "3s",
                    "paging": {"length": "2s", "settle": "1s", "revisit": ["2s", "5s", "8s"]}},
            batch={"events": BATCH, "age": "100ms"})
        self._start()
        self._act()
        shown = Counter(self.simulator.ledger())
        self.found.shown = shown.total()
        deadline = time.monotonic() + LONG.get(self.name, PATIENCE)
        while (missing := self._missing(shown)) and time.monotonic() < deadline:
            self._scrape()
            time.sleep(0.5)
        self.found.code = self.forwarder.stop(20)
        self._judge(missing)

    def _act(self):
        moments = sorted(self.chance.uniform(0.2, ACTS) for _ in range(self.kills))
        begun = time.monotonic()
        mended = "token_expires" not in self.settings
        while (passed := time.monotonic() - begun) < ACTS:
            if moments and passed >= moments[0]:
                moments.pop(0)
                self.forwarder.kill()
                self._start()
            if not mended and passed > 4.5:
                self.simulator.token_file.write_text("simulator-next-token\n")
                mended = True
            self._scrape()
            time.sleep(0.1)

    def _scrape(self):
        """A look at the metrics; a forwarder that has ended is a failure."""
        assert self.forwarder.running(), f"the forwarder ended: {self.forwarder.stderr()[-2000:]}"
        metrics = self.forwarder.metrics()
        labels = {"tenant": "acme", "stream": "audit", "sink": self.sink["name"]}
        if metrics and metrics.get("events_received_total", tenant="acme") is not None:
            off = metrics.identity(**labels)
            if off:
                self.found.identity.append(off)
            if metrics.get("stream_up", tenant="acme") == 0:
                self.found.loud = True

    def _arrived(self):
        self.dead = Counter(dead_letter_names(self.directory / "dead-letter.ndjson"))
        return Counter(self.arrived_at_sink()) + self.dead

    def _missing(self, shown):
        missing = shown - self._arrived()
        excused = missing and missing & Counter(
            line["name"] for line in self.simulator.ledger_lines() if self._is_excused(line))
        self.found.excused = excused.total() if missing else 0
        return missing - excused if missing else missing

    def _is_excused(self, line):
        """By the ledger's own word: retention took it too soon, or it was denied with an empty
        list when nothing was known of it."""
        if "leaves" in line:
            return line["leaves"] - max(line["visible"], self.begun) < SHORTEST_VISIBLE
        return self.name in DENIED and line["visible"] <= self.begun

    def _judge(self, missing):
        arrived = self._arrived()
        ledger = self.simulator.ledger_lines()
        shown = Counter(line["name"] for line in ledger)
        self.found.lost = sorted(missing.elements())
        self.found.unknown = sorted(arrived.keys() - shown.keys())
        kinds = {line["name"]: line.get("odd") for line in ledger}
        self.found.repeated = sum(count for name, count in (arrived - shown).items()
                                  if kinds.get(name) not in TIMELESS)
        allowed = UNPARSABLE | TOO_DEEP | (TOO_LARGE_FOR_KAFKA if self.kafka else set())
        self.found.misplaced += [f"{name} ({kinds.get(name)}) is kept there"
                                 for name in self.dead if kinds.get(name) not in allowed]
        self.found.misplaced += [f"{name} ({kind}) is not there"
                                 for name, kind in kinds.items()
                                 if kind in UNPARSABLE and name in arrived
                                 and name not in self.dead]

    def _log(self):
        logs = [self.directory / f"forwarder-{number + 1}.stderr" for number in range(self.started)]
        return "\n".join(log.read_text(errors="replace")[-3000:] for log in logs)
