# SPDX-License-Identifier: Apache-2.0
"""Figures as text: a line for each run, then the ratios to the floors and the goals."""
import os
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Callable

MIB = 1 << 20


@dataclass(frozen=True)
class Figure:
    """What is compared, of one round; with a goal, "at most" or "at least"."""
    name: str
    of: Callable
    shown: str = "{:.2f}"
    goal: float = 0
    bound: str = ""

    def met(self, value):
        return value <= self.goal if self.bound == "at most" else value >= self.goal

    def line(self, rounds):
        value = median(self.of(costs) for costs in rounds)
        text = f"{self.name:<58}{self.shown.format(value):>9}"
        if self.bound:
            text += (f"   {self.bound} {self.shown.format(self.goal)}: "
                     f"{'met' if self.met(value) else 'NOT MET'}")
        return text


def floors(costs):
    return costs["download floor"].cpu_us + costs["produce floor"].cpu_us


def over_download(name):
    return lambda costs: costs[name].cpu_us / costs["download floor"].cpu_us


def over_raw(name):
    return lambda costs: costs[name].cpu_us / costs["raw → file, not synced"].cpu_us


FIGURES = (
    Figure("OCSF → Kafka: CPU / download and produce floors",
           lambda costs: costs["OCSF → Kafka"].cpu_us / floors(costs), goal=2.5, bound="at most"),
    Figure("OCSF → Kafka: peak RSS, MiB", lambda costs: costs["OCSF → Kafka"].rss / MIB,
           shown="{:.0f}", goal=64, bound="at most"),
    Figure("OCSF → Kafka: events a second / produce floor's",
           lambda costs: (costs["OCSF → Kafka"].events_per_second
                          / costs["produce floor"].events_per_second), goal=0.6, bound="at least"),
    Figure("OCSF → Kafka: CPU beyond the floors, µs an event",
           lambda costs: costs["OCSF → Kafka"].cpu_us - floors(costs)),
    Figure("raw → file, not synced: CPU / download floor", over_download("raw → file, not synced")),
    Figure("OCSF → file, not synced: CPU / download floor",
           over_download("OCSF → file, not synced")),
    *(Figure(f"{format} → file, not synced: CPU / raw's", over_raw(f"{format} → file, not synced"),
             goal=2, bound="at most") for format in ("OCSF", "ECS", "CEF", "LEEF")),
)


def machine(load):
    """`load`: the load average before the first round."""
    model = next((line.split(":", 1)[1].strip()
                  for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown CPU")
    busy = "" if load < 0.5 else ": others were busy too, trust CPU and ratios of CPU only"
    return f"{os.cpu_count()} cores, {model}; load at the start {load:.1f}{busy}"


def run_line(name, costs):
    def middle(of):
        return median(of(cost) for cost in costs)

    return (f"{name:<26}{middle(lambda cost: cost.events_per_second):>12,.0f}"
            f"{middle(lambda cost: cost.cpu_us):>10.2f}"
            f"{middle(lambda cost: cost.user / cost.events * 1e6):>8.2f}"
            f"{middle(lambda cost: cost.system / cost.events * 1e6):>8.2f}"
            f"{middle(lambda cost: cost.rss / MIB):>10.0f}")


def report(rounds, load):
    events = next(iter(rounds[0].values())).events
    rounds_text = "1 round" if len(rounds) == 1 else f"medians of {len(rounds)} rounds"
    head = f"{'':<26}{'events/s':>12}{'CPU µs':>10}{'user':>8}{'system':>8}{'RSS MiB':>10}"
    return "\n".join([
        f"{events:,} events, {rounds_text}, {machine(load)}",
        "",
        head,
        *(run_line(name, [costs[name] for costs in rounds]) for name in rounds[0]),
        "",
        *(figure.line(rounds) for figure in FIGURES),
    ])
