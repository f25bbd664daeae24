# SPDX-License-Identifier: Apache-2.0
"""The benches: the forwarder end to end, paired with the floors of the same run. tests/bench/run."""
import argparse
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

SMOKE_EVENTS = 20_000


def options():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("--events", type=int, default=500_000, help="default: 500000")
    parser.add_argument("--repeat", type=int, default=1, metavar="N",
                        help="so many rounds; prints their medians")
    parser.add_argument("--smoke", action="store_true",
                        help=f"{SMOKE_EVENTS} events: shows that the bench works, not how fast")
    parser.add_argument("--scale", action="store_true",
                        help="in place of the rounds: what must not grow, and how soon the first "
                             "event comes")
    parser.add_argument("--shared", action="store_true",
                        help="in place of the rounds: what idle streams cost with their state in "
                             "Kafka, by streams and by slots")
    parser.add_argument("--largest", type=int, default=1_000_000, metavar="N",
                        help="of --scale, the largest backlog; default: 1000000, and 10000000 "
                             "takes 13 GB of disk")
    parser.add_argument("--build-dir", type=Path, default=ROOT / "build" / "test",
                        help="where the programs are; default: build/test")
    parser.add_argument("--scratch", type=Path, metavar="DIR",
                        help="where outputs go for the moment; default: in the build directory")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures of every round")
    given = parser.parse_args()
    if given.smoke:
        given.events = SMOKE_EVENTS
    if given.events < 1 or given.repeat < 1:
        parser.error("--events and --repeat are at least 1")
    return given


def main():
    given = options()
    build = given.build_dir.resolve()
    # The tests' modules look for the programs here, when they are loaded.
    os.environ["NSF_BIN"] = str(build / "bin")
    from measure import Broken
    from report import machine, report
    from rounds import run_rounds
    from scale import report_scale, run_scale, run_shared

    for program in ("bin/netskope-forwarder", "bin/netskope-simulator", "bench/bench_floors"):
        if not (build / program).exists():
            sys.exit(f"tests/bench/run: {build / program} is not built: run tests/run once, or "
                     "say --build-dir")
    load = os.getloadavg()[0]
    try:
        if given.scale or given.shared:
            figures = (run_shared(given.scratch or build) if given.shared
                       else run_scale(given.scratch or build, given.largest))
            print(f"{machine(load)}\n\n{report_scale(figures)}")
            return keep(given.json, figures)
        rounds = run_rounds(build, given.scratch or build, given.events, given.repeat)
    except (Broken, AssertionError) as error:
        sys.exit(f"tests/bench/run: {error}")
    print(report(rounds, load))
    keep(given.json, [{name: vars(cost) for name, cost in costs.items()} for costs in rounds])


def keep(file, figures):
    if file:
        file.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
