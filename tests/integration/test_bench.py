# SPDX-License-Identifier: Apache-2.0
"""The bench works and judges rightly. How fast it is, is for docs/PERFORMANCE.md, not for a test."""
import json
import subprocess
import sys

import pytest

from processes import BIN, ROOT

sys.path.append(str(ROOT / "tests" / "bench"))
EVENTS = 20_000


def cost(cpu, wall=1.0, rss=1 << 20):
    """Of one event that takes so many microseconds."""
    from measure import Cost

    return Cost(events=1, wall=wall, user=cpu / 1e6, system=0.0, rss=rss)


@pytest.mark.parametrize("kafka, marks", [
    (dict(cpu=7.5, wall=1.6, rss=64 << 20), ["met", "met", "met"]),
    (dict(cpu=7.6, wall=1.6, rss=64 << 20), ["NOT MET", "met", "met"]),
    (dict(cpu=7.5, wall=1.6, rss=65 << 20), ["met", "NOT MET", "met"]),
    (dict(cpu=7.5, wall=1.7, rss=64 << 20), ["met", "met", "NOT MET"]),
])
def test_goals_are_judged_against_the_floors(monkeypatch, kafka, marks):
    monkeypatch.setenv("NSF_BIN", str(BIN))
    from report import report

    costs = {f"{format} → file, not synced": cost(2)
             for format in ("raw", "OCSF", "ECS", "CEF", "LEEF")}
    costs |= {"download floor": cost(1), "produce floor": cost(2), "OCSF → Kafka": cost(**kafka)}
    judged = [line.rsplit(": ", 1)[1] for line in report([costs], 0).splitlines()
              if " at most " in line or " at least " in line]
    assert judged == marks + 4 * ["met"]


def test_the_bench_runs(program, tmp_path):
    figures = tmp_path / "figures.json"
    done = subprocess.run(
        [ROOT / "tests" / "bench" / "run", "--smoke", "--build-dir", BIN.parent, "--scratch",
         tmp_path, "--json", figures],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    costs, = json.loads(figures.read_text())
    assert set(costs) == {
        "download floor", "raw → file", "raw → file, not synced", "OCSF → file",
        "OCSF → file, not synced", "ECS → file, not synced", "CEF → file, not synced",
        "LEEF → file, not synced", "produce floor", "OCSF → Kafka"}
    for name, figure in costs.items():
        assert figure["events"] == EVENTS, name
        assert figure["user"] + figure["system"] > 0 and figure["wall"] > 0, name
        assert figure["rss"] > 1 << 20, name
    assert "OCSF → Kafka: CPU / download and produce floors" in done.stdout
    assert list(tmp_path.iterdir()) == [figures], "the bench left something behind"
