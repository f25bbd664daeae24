# SPDX-License-Identifier: Apache-2.0
"""Every OCSF event validates against the published schema."""
import json
import re
import subprocess
import sys

from conftest import ALL
from forwarder import configuration, file_sink, run_once
from processes import ROOT

# The simulator's rows have every variation the API is known for.
EVENTS = 60_000 if ALL else 6_000
CLASSIFICATION = ROOT / "share" / "classification.yaml"


def test_every_event_is_valid_and_every_class_is_reached(tmp_path, program, start_simulator):
    simulator = start_simulator(EVENTS)
    out = tmp_path / "events.ndjson"
    done = run_once(tmp_path, configuration(tmp_path, simulator, [file_sink(out, "ocsf")]))
    assert done.code == 0, done.stderr()
    with open(out, "rb") as events:
        checked = subprocess.run(
            [sys.executable, ROOT / "tests" / "support" / "validate_ocsf.py"], stdin=events,
            capture_output=True, text=True, timeout=600)
    assert checked.returncode == 0, checked.stdout[-3000:] + checked.stderr[-3000:]
    assert checked.stdout.splitlines()[-1] == f"{EVENTS} events, 0 invalid"
    with open(out, "rb") as events:
        reached = {json.loads(event)["class_uid"] for event in events}
    assert reached >= set(map(int, re.findall(r"\bclass: (\d+)", CLASSIFICATION.read_text())))
