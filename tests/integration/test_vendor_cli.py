# SPDX-License-Identifier: Apache-2.0
"""The vendor's own command line reads the simulator: our idea of the API is not ours alone."""
import json
import subprocess
import sys
from pathlib import Path

from simulator import TOKEN

EVENTS = 5_000  # the largest page: the command asks for one only


def test_reads_what_the_ledger_says(tmp_path, start_simulator, certificates):
    simulator = start_simulator(EVENTS, certificates=certificates)
    command = Path(sys.executable).parent / "netskope"
    done = subprocess.run(
        [command, "-o", "json", "events", "audit", "--limit", str(EVENTS)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "NETSKOPE_TENANT": simulator.url,
             "NETSKOPE_CA_BUNDLE": str(certificates.ca), "NETSKOPE_API_TOKEN": TOKEN})
    assert done.returncode == 0, done.stderr
    read = [str(event["_id"]) for event in json.loads(done.stdout)]
    assert sorted(read) == sorted(simulator.ledger())
