# SPDX-License-Identifier: Apache-2.0
"""Disks that fill up, state files that are damaged or too new: a clear error or recovery, and never
a silent loss."""
import shutil
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import ALL
from forwarder import Forwarder, configuration, file_sink, run_once
from ledger import Comparison, assert_all_arrived, ids_in_file
from scenarios import dead_letter_names
from waiting import until

LABELS = {"tenant": "acme"}
# Of the file; and of the log beside it, whose damage SQLite itself finds.
FLIPS = {"ended": 100, "killed": 100 if ALL else 30}


@pytest.fixture
def small_disk(tmp_path):
    """A file system of a few pages that can be made larger: grow() does it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)],
                          capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"NOT RUN, a small file system cannot be mounted here: {made.stderr.strip()}")

    def grow():
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)

    yield disk, grow
    subprocess.run(["umount", "-l", str(disk)], check=True)


def full(where, disk):
    """What of a configuration lies on the disk, and what the log must then say."""
    return {
        "sink": ({"sinks": [file_sink(disk / "events.ndjson")]}, "events.ndjson"),
        "dead_letter": ({"dead_letter": {"type": "file", "path": str(disk / "dead.ndjson")}},
                        "dead.ndjson"),
        "state": ({"state": {"type": "sqlite", "path": str(disk / "state")}}, "state.db"),
    }[where]


@pytest.mark.parametrize("where", ["sink", "dead_letter", "state"])
def test_a_full_disk(tmp_path, start_simulator, start_forwarder, small_disk, where):
    """It says so and what to do, keeps running, and goes on by itself when there is space."""
    disk, grow = small_disk
    simulator = start_simulator(20_000, "--live", 20, "--set", "odd_rows=broken:100")
    sections, file = full(where, disk)
    config = {**configuration(tmp_path, simulator, [file_sink(tmp_path / "events.ndjson")],
                              tenant={"poll_interval": "200ms"}, batch={"events": 1_000}),
              **sections}
    forwarder = start_forwarder(config)
    said = until(lambda: next((line for line in forwarder.stderr().splitlines()
                               if file in line and "space" in line), None),
                 60, "the log to say that there is no space")
    assert "free" in said, f"it says no next step: {said}"
    if where == "sink":
        forwarder.until_metric("sink_up", lambda up: up == 0, 10, sink="out")
    elif where == "state":
        assert forwarder.metric("state_commit_errors_total") > 0
    assert forwarder.metric("events_pending", **LABELS) > 0, "what is not settled is not forgotten"

    grow()
    shown = simulator.ledger()
    out, dead = config["sinks"][0]["path"], config["dead_letter"]["path"]
    until(lambda: not Comparison(shown, ids_in_file(out) + dead_letter_names(dead)).lost, 90,
          "all to arrive")
    assert forwarder.metrics().identity(tenant="acme", stream="audit", sink="out") == 0
    assert forwarder.stop() == 0
    arrived = ids_in_file(out) + dead_letter_names(dead)
    found = Comparison(simulator.ledger(), arrived)
    assert not found.unknown and not found.repeats, str(found)


@pytest.fixture(params=["ended", "killed"])
def half_way(request, tmp_path, start_simulator):
    """A state in the middle of a backlog: (simulator, directory to copy). After an owner that ended
    in order all is in one file, after one that was killed the most is in the log beside it."""
    simulator = start_simulator(4_000, "--delay-ms", 10)
    origin = tmp_path / "origin"
    origin.mkdir()
    config = configuration(origin, simulator, [file_sink(origin / "events.ndjson")],
                           tenant={"page_size": 50}, batch={"events": 200})
    forwarder = Forwarder(origin, config)
    try:
        forwarder.until_metric("events_delivered_total", lambda n: n > 1_500, 60, **LABELS)
        if request.param == "ended":
            assert forwarder.stop() == 0
    finally:
        forwarder.close()
    assert len(ids_in_file(origin / "events.ndjson")) < 4_000
    return simulator, origin


def copied(tmp_path, origin, simulator, name):
    """The state and what was delivered with it, in a directory of its own."""
    directory = tmp_path / name
    shutil.copytree(origin / "state", directory / "state")
    shutil.copy(origin / "events.ndjson", directory)
    return directory, configuration(directory, simulator, [file_sink(directory / "events.ndjson")])


def flipped(path, chance):
    content = bytearray(path.read_bytes())
    at = chance.randrange(len(content))
    content[at] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return at


def test_a_damaged_state_is_refused_or_harmless(request, tmp_path, half_way, program, chance):
    """One bit of the state file, or of the log beside it, at random. Of a damaged log SQLite takes
    what stands before the damage, so that what was delivered after it comes again."""
    simulator, origin = half_way
    shown = simulator.ledger()

    def one(number):
        directory, config = copied(tmp_path, origin, simulator, f"flip-{number}")
        files = sorted(file for file in (directory / "state").glob("state.db*")
                       if not file.name.endswith("-shm") and file.stat().st_size)
        at = flipped(files[number % len(files)], chance)
        done = run_once(directory, config)
        found = Comparison(shown, ids_in_file(directory / "events.ndjson"))
        what = f"byte {at} of {files[number % len(files)].name}: {done.code}, {found}"
        said = done.stderr()
        shutil.rmtree(directory)
        if done.code == 5:
            assert "is damaged" in said and "restore it" in said, f"{what}\n{said}"
            return "refused"
        assert done.code == 0, f"{what}\n{said[-2000:]}"
        assert not found.lost and not found.unknown, what
        return "harmless" if not found.repeats else "repeated"

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(one, range(FLIPS[request.node.callspec.params["half_way"]])))
    told = {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}
    print(told)
    assert set(told) - {"harmless"}, f"no damage was noticed at all: {told}"


def test_a_state_of_a_newer_version(tmp_path, half_way, program):
    simulator, origin = half_way
    directory, config = copied(tmp_path, origin, simulator, "newer")
    with sqlite3.connect(directory / "state" / "state.db") as state:
        state.execute("PRAGMA user_version = 2")
    done = run_once(directory, config)
    assert done.code == 5
    assert "has version 2" in done.stderr() and "newer" in done.stderr(), done.stderr()
    with sqlite3.connect(directory / "state" / "state.db") as state:
        state.execute("PRAGMA user_version = 1")
    assert run_once(directory, config, name="again").code == 0
    assert_all_arrived(simulator.ledger(), ids_in_file(directory / "events.ndjson"), repeats=200)
