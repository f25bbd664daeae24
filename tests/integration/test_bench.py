# SPDX-License-Identifier: Apache-2.0
"""The bench works and judges rightly. How fast it is, is for docs/PERFORMANCE.md, not for a test."""
import json
import subprocess
import sys

import pytest

from processes import BIN, ROOT

sys.path.append(str(ROOT / "tests" / "bench"))
EVENTS = 20_000
RUNS = ("download floor", "curl → file", "raw → file", "raw → file, not synced", "OCSF → file",
        "OCSF → file, not synced", "ECS → file, not synced", "CEF → file, not synced",
        "LEEF → file, not synced", "CEF → syslog TCP", "produce floor, raw", "raw → Kafka",
        "produce floor", "OCSF → Kafka", "OCSF → Kafka, exactly once", "idempotent, 5,000",
        "exactly once, 5,000", "idempotent, 30,000", "exactly once, 30,000", "idempotent, start",
        "exactly once, start")


def cost(cpu, wall=1.0, rss=1 << 20):
    """Of one event that takes so many microseconds."""
    from measure import Cost

    return Cost(events=1, wall=wall, user=cpu / 1e6, system=0.0, rss=rss)


@pytest.mark.parametrize("name, figures, unmet", [
    ("OCSF → Kafka, exactly once", dict(cpu=4.5), ""),
    ("OCSF → Kafka, exactly once", dict(cpu=4.6), "exactly once: CPU / both floors"),
    ("raw → Kafka", dict(cpu=3.9), ""),
    ("raw → Kafka", dict(cpu=4.0), "raw → Kafka: CPU / download and produce floors"),
    ("raw → file, not synced", dict(cpu=2.1), "raw → file, not synced: CPU / curl → file"),
    ("OCSF → file, not synced", dict(cpu=3.1), "OCSF → file, not synced: CPU / curl → file"),
    ("CEF → syslog TCP", dict(cpu=3.6), "CEF → syslog TCP: CPU / curl → file"),
    ("exactly once, 30,000", dict(cpu=1.19), ""),
    ("exactly once, 30,000", dict(cpu=1.21), "30,000, exactly once: CPU / idempotent's"),
    ("exactly once, 5,000", dict(cpu=1.21), "5,000, exactly once: CPU / idempotent's"),
    ("exactly once, 30,000", dict(cpu=1, wall=1 / 0.89), "events a second / idempotent's"),
    ("OCSF → Kafka", dict(cpu=1, rss=48 << 20), ""),
    ("OCSF → Kafka", dict(cpu=1, rss=49 << 20), "OCSF → Kafka: peak RSS, MiB"),
    ("OCSF → Kafka", dict(cpu=1, wall=1 / 0.84), "OCSF → Kafka: events a second / produce"),
    ("raw → file, not synced", dict(cpu=1, wall=1 / 0.39), "events a second / curl → file's"),
])
def test_goals_are_judged_against_the_floors(monkeypatch, name, figures, unmet):
    monkeypatch.setenv("NSF_BIN", str(BIN))
    from report import report

    costs = {name: cost(1) for name in RUNS}
    costs |= {floor: cost(2) for floor in ("produce floor", "produce floor, raw")}
    costs |= {f"{name}, start": cost(0, wall=1e-9) for name in ("idempotent", "exactly once")}
    costs[name] = cost(**figures)
    missed = [line for line in report([costs], 0).splitlines() if line.endswith("NOT MET")]
    assert len(missed) == (1 if unmet else 0) and all(unmet in line for line in missed), missed


def test_the_bench_runs(program, tmp_path):
    figures = tmp_path / "figures.json"
    done = subprocess.run(
        [ROOT / "tests" / "bench" / "run", "--smoke", "--build-dir", BIN.parent, "--scratch",
         tmp_path, "--json", figures],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    costs, = json.loads(figures.read_text())
    assert set(costs) == set(RUNS)
    for name, figure in costs.items():
        assert figure["events"] == EVENTS, name
        assert figure["user"] + figure["system"] > 0 and figure["wall"] > 0, name
        assert figure["rss"] > 1 << 20, name
    assert "OCSF → Kafka: CPU / download and produce floors" in done.stdout
    assert list(tmp_path.iterdir()) == [figures], "the bench left something behind"


def test_no_step_takes_more_instructions_than_recorded():
    """A count, not a time: it is the same however busy the machine is."""
    import instructions

    try:
        lines = instructions.changed(instructions.count(BIN.parent),
                                     json.loads(instructions.RECORD.read_text()))
    except instructions.Unable as why:
        pytest.skip(str(why))
    assert not lines, lines + ["is it meant? tests/bench/instructions --write"]


def test_a_step_that_grows_is_told():
    import instructions

    recorded = {"compiler": "a compiler", "per_row": {"Parse": 1000, "Raw": 100}}

    def told(parse, compiler="a compiler"):
        now = {"compiler": compiler, "per_row": {"Parse": parse, "Raw": 100}}
        return instructions.changed(now, recorded)

    assert told(1050) == [] and told(950) == []
    assert told(1051) == ["Parse: 1000 instructions a row became 1051 (+5.1 %)"]
    assert len(told(940)) == 1  # what is recorded is out of date
    with pytest.raises(instructions.Unable):
        told(1000, "another compiler")
