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
        text = f"{self.name:<62}{self.shown.format(value):>9}"
        if self.bound:
            text += (f"   {self.bound} {self.shown.format(self.goal)}: "
                     f"{'met' if self.met(value) else 'NOT MET'}")
        return text


def floors(costs, produce="produce floor"):
    return costs["download floor"].cpu_us + costs[produce].cpu_us


def over_curl(name):
    return lambda costs: costs[name].cpu_us / costs["curl → file"].cpu_us


def over_floors(name, produce="produce floor"):
    return lambda costs: costs[name].cpu_us / floors(costs, produce)


def over_raw(name):
    return lambda costs: costs[name].cpu_us / costs["raw → file, not synced"].cpu_us


def speed(name, floor):
    return lambda costs: costs[name].events_per_second / costs[floor].events_per_second


def once_running(costs, name):
    """Seconds and CPU of a run without its start and end."""
    whole, ends = costs[name], costs[f"{name.split(',')[0]}, start"]
    return whole.wall - ends.wall, whole.user + whole.system - ends.user - ends.system


def against_idempotent(events, of):
    """Of exactly once; 0 seconds, 1 CPU."""
    return lambda costs: (once_running(costs, f"exactly once, {events:,}")[of]
                          / once_running(costs, f"idempotent, {events:,}")[of])


def rss(name):
    return lambda costs: costs[name].rss / MIB


FIGURES = (
    Figure("raw → file, not synced: CPU / curl → file", over_curl("raw → file, not synced"),
           goal=2, bound="at most"),
    Figure("OCSF → file, not synced: CPU / curl → file", over_curl("OCSF → file, not synced"),
           goal=3, bound="at most"),
    Figure("CEF → syslog TCP: CPU / curl → file", over_curl("CEF → syslog TCP"),
           goal=3.5, bound="at most"),
    Figure("raw → Kafka: CPU / download and produce floors",
           over_floors("raw → Kafka", "produce floor, raw"), goal=1.3, bound="at most"),
    Figure("OCSF → Kafka: CPU / download and produce floors", over_floors("OCSF → Kafka")),
    Figure("OCSF → Kafka, exactly once: CPU / both floors",
           over_floors("OCSF → Kafka, exactly once"), goal=1.5, bound="at most"),
    Figure("raw → file, not synced: events a second / curl → file's",
           speed("raw → file, not synced", "curl → file"), goal=0.4, bound="at least"),
    Figure("OCSF → Kafka: events a second / produce floor's",
           speed("OCSF → Kafka", "produce floor"), goal=0.85, bound="at least"),
    *(Figure(f"{name}: peak RSS, MiB", rss(name), shown="{:.0f}", goal=48, bound="at most")
      for name in ("raw → file, not synced", "OCSF → file, not synced", "CEF → syslog TCP",
                   "OCSF → Kafka", "OCSF → Kafka, exactly once")),
    Figure("batches of 30,000, exactly once: events a second / idempotent's",
           lambda costs: 1 / against_idempotent(30_000, 0)(costs), goal=0.9, bound="at least"),
    Figure("batches of 5,000, exactly once: events a second / idempotent's",
           lambda costs: 1 / against_idempotent(5_000, 0)(costs)),
    *(Figure(f"batches of {events:,}, exactly once: CPU / idempotent's",
             against_idempotent(events, 1), goal=1.2, bound="at most") for events in (30_000, 5_000)),
    Figure("OCSF → Kafka: CPU beyond the floors, µs an event",
           lambda costs: costs["OCSF → Kafka"].cpu_us - floors(costs)),
    *(Figure(f"{format} → file, not synced: CPU / raw's", over_raw(f"{format} → file, not synced"))
      for format in ("OCSF", "ECS", "CEF", "LEEF")),
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

    return (f"{name:<28}{middle(lambda cost: cost.events_per_second):>12,.0f}"
            f"{middle(lambda cost: cost.cpu_us):>10.2f}"
            f"{middle(lambda cost: cost.user / cost.events * 1e6):>8.2f}"
            f"{middle(lambda cost: cost.system / cost.events * 1e6):>8.2f}"
            f"{middle(lambda cost: cost.rss / MIB):>10.0f}")


def report(rounds, load):
    events = next(iter(rounds[0].values())).events
    rounds_text = "1 round" if len(rounds) == 1 else f"medians of {len(rounds)} rounds"
    head = f"{'':<28}{'events/s':>12}{'CPU µs':>10}{'user':>8}{'system':>8}{'RSS MiB':>10}"
    return "\n".join([
        f"{events:,} events, {rounds_text}, {machine(load)}",
        "",
        head,
        *(run_line(name, [costs[name] for costs in rounds]) for name in rounds[0]),
        "",
        *(figure.line(rounds) for figure in FIGURES),
    ])
