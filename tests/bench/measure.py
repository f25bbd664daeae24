# SPDX-License-Identifier: Apache-2.0
"""What one process took: its time, its own CPU, its peak memory."""
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

FLOORS = Path(os.environ["NSF_BIN"]).parent / "bench" / "bench_floors"
LONGEST_SECONDS = 900


@dataclass(frozen=True)
class Cost:
    events: int
    wall: float    # seconds
    user: float    # seconds of CPU
    system: float  # seconds of CPU
    rss: int       # bytes, at its peak

    @property
    def events_per_second(self):
        return self.events / self.wall

    @property
    def cpu_us(self):
        """Microseconds of CPU an event."""
        return (self.user + self.system) / self.events * 1e6


class Broken(Exception):
    """A run did not do what it was to do: its figures would mean nothing."""


def measured(directory, events, argv):
    """Runs a command to its end: what it cost, and what it printed."""
    report = Path(directory) / "measured.json"
    errors = Path(directory) / "measured.stderr"
    argv = [str(argument) for argument in argv]
    with open(errors, "wb") as err:
        done = subprocess.run([FLOORS, "measure", report, *argv], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=err, timeout=LONGEST_SECONDS)
    took = json.loads(report.read_text()) if done.returncode == 0 else {"code": done.returncode}
    if took.pop("code") != 0:
        raise Broken(f"{' '.join(argv)}: {errors.read_text(errors='replace')[-3000:]}")
    report.unlink()
    return Cost(events=events, **took), done.stdout


def measured_floor(directory, events, *arguments):
    """One of the floors, which says itself how many events it moved."""
    cost, printed = measured(directory, events, [FLOORS, *arguments])
    if json.loads(printed)["events"] != events:
        raise Broken(f"{arguments[0]} moved {printed.decode().strip()}, not {events} events")
    return cost
