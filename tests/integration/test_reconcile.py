# SPDX-License-Identifier: Apache-2.0
"""`reconcile`: what the tenant shows against what was delivered; `--mend` and `replay` heal it."""
import base64
import json
import time
from collections import Counter

import pytest

from commands import command
from forwarder import configuration, file_sink, run_once
from ledger import assert_all_arrived, ids_in_file, raw_id

EVENTS = 1_000
ENTRY_BYTES = 32


@pytest.fixture
def walked(tmp_path, start_simulator):
    """A configuration whose tenant is delivered to the file `out` already."""
    simulator = start_simulator(EVENTS, "--span", "5h")
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    assert run_once(tmp_path, config).code == 0
    return simulator, config


def hours_ago(hours):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - hours * 3600))


def remove(tmp_path, config):
    """Takes one event of those in the middle out of the ledger, as a fault would, and out of the
    output. Its row, as text."""
    exported = command(tmp_path, config, "state", "export").out.splitlines()
    chunks = [at for at, line in enumerate(exported) if "/ids/8" in line]
    at = chunks[len(chunks) // 2]
    entry = json.loads(exported[at])
    chunk = base64.b64decode(entry["base64"])
    second = int.from_bytes(chunk[1:9], "little")
    entry["base64"] = base64.b64encode(chunk[:1] + chunk[1 + ENTRY_BYTES:]).decode()
    exported[at] = json.dumps(entry, separators=(",", ":"))
    imported = command(tmp_path, config, "state", "import",
                       stdin="".join(line + "\n" for line in exported).encode())
    assert imported.code == 0, imported.err
    lines = (tmp_path / "out").read_bytes().splitlines(keepends=True)
    gone = next(line for line in lines
                if json.loads(line).get("_insertion_epoch_timestamp") == second)
    (tmp_path / "out").write_bytes(b"".join(line for line in lines if line is not gone))
    return gone


def test_what_is_whole_is_told_so(tmp_path, walked):
    _, config = walked
    before = (tmp_path / "out").read_bytes()
    done = command(tmp_path, config, "reconcile")
    assert done.code == 0, done.out + done.err
    assert "0 missing" in done.out and " 0 windows whole" not in done.out
    assert (tmp_path / "out").read_bytes() == before
    part = command(tmp_path, config, "reconcile", "--from", hours_ago(3), "--to", hours_ago(2))
    assert part.code == 0 and "0 missing" in part.out


def test_an_event_that_the_ledger_lost_is_found_and_mended(tmp_path, walked):
    simulator, config = walked
    gone = remove(tmp_path, config)
    found = command(tmp_path, config, "reconcile")
    assert found.code == 1, found.out + found.err
    assert "1 missing" in found.out and "hole " in found.out and "reconcile --mend" in found.out
    assert raw_id(gone) not in ids_in_file(tmp_path / "out"), "finding delivers nothing"
    mended = command(tmp_path, config, "reconcile", "--mend")
    assert mended.code == 0, mended.out + mended.err
    assert_all_arrived(simulator.ledger(), ids_in_file(tmp_path / "out"))
    assert command(tmp_path, config, "reconcile").code == 0
    assert_all_arrived(simulator.ledger(), ids_in_file(tmp_path / "out"))


def test_a_replay_of_its_window_heals_it_too(tmp_path, walked):
    simulator, config = walked
    gone = remove(tmp_path, config)
    found = command(tmp_path, config, "reconcile")
    assert found.code == 1
    [hole] = [line.split() for line in found.out.splitlines() if line.startswith("  hole ")]
    begin, end = hole[1], hole[3].rstrip(":")
    assert command(tmp_path, config, "replay", "--from", begin, "--to", end).code == 0
    arrived = Counter(ids_in_file(tmp_path / "out"))
    assert arrived[raw_id(gone)] == 1
    assert not Counter(simulator.ledger()) - arrived


def test_the_owner_mends_beside_its_live_streams(tmp_path, walked, start_forwarder):
    simulator, config = walked
    remove(tmp_path, config)
    owner = start_forwarder(config)
    owner.until_metric("stream_up", lambda n: n == 1, 30, tenant="acme")
    mended = command(tmp_path, config, "reconcile", "--mend")
    assert mended.code == 0, mended.out + mended.err
    assert "1 delivered, 1 missing" in mended.out
    assert owner.running()
    assert_all_arrived(simulator.ledger(), ids_in_file(tmp_path / "out"))


def test_a_stream_without_state_says_so(tmp_path, start_simulator):
    simulator = start_simulator(10)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    (tmp_path / "state").mkdir()
    done = command(tmp_path, config, "reconcile")
    assert done.code == 1 and "let it run first" in done.out, done.out + done.err
