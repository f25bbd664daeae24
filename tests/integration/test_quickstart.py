# SPDX-License-Identifier: Apache-2.0
"""deploy/quickstart: what a newcomer sees first."""
import contextlib
import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import time

import pytest

from ledger import ids_in_file
from processes import ROOT, Process
from simulator import TOKEN
from waiting import until

QUICKSTART = ROOT / "deploy" / "quickstart"
BACKLOG = 20_000


def quickstart(tmp_path, *arguments, name="quickstart", env=None):
    return Process([QUICKSTART, *arguments], tmp_path, name, env=env)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The first run builds; here that is all it does, so that the times below are those of a run."""
    directory = tmp_path_factory.mktemp("first")
    first = quickstart(directory, "--once", "--output", directory / "events")
    assert first.wait(1200) == 0, first.stderr()[-5000:]


def test_once_forwards_the_backlog_as_valid_ocsf(tmp_path, built):
    begun = time.monotonic()
    done = quickstart(tmp_path, "--once")
    assert done.wait(60) == 0, done.stderr()
    assert time.monotonic() - begun < 30, "a second run builds and installs nothing"
    ids = ids_in_file(done.stdout_file, "ocsf")
    assert len(ids) == len(set(ids)) == BACKLOG
    with open(done.stdout_file, "rb") as events:
        checked = subprocess.run(
            [sys.executable, ROOT / "tests" / "support" / "validate_ocsf.py"], stdin=events,
            capture_output=True, text=True, timeout=300)
    assert checked.returncode == 0, checked.stdout[-3000:]


def test_follows_until_ctrl_c_and_sums_up(tmp_path, built):
    out = tmp_path / "events.ndjson"
    running = quickstart(tmp_path, "--output", out)
    try:
        until(lambda: out.exists() and len(ids_in_file(out, "ocsf")) > BACKLOG, 60, "live events")
        running.send(signal.SIGINT)
        assert running.wait(10) == 0, running.stderr()
    finally:
        running.close()
    assert running.stdout() == "", "events went to the file"
    assert running.stderr().strip(), "a summary"


def test_a_tenant_by_its_address_goes_on_where_it_ended(tmp_path, built, start_simulator):
    simulator = start_simulator(1_000)
    env = {"NETSKOPE_TOKEN": TOKEN, "XDG_STATE_HOME": str(tmp_path / "state")}
    first = quickstart(tmp_path, simulator.url, "--once", name="first", env=env)
    assert first.wait(60) == 0, first.stderr()
    assert len(ids_in_file(first.stdout_file, "ocsf")) == 1_000
    second = quickstart(tmp_path, simulator.url, "--once", name="second", env=env)
    assert second.wait(60) == 0, second.stderr()
    assert ids_in_file(second.stdout_file, "ocsf") == []
    assert TOKEN not in first.stderr() + second.stderr()
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert kept and all(TOKEN.encode() not in path.read_bytes() for path in kept)


def test_asks_for_the_token_without_echo(tmp_path, built, start_simulator):
    simulator = start_simulator(1_000)
    out = tmp_path / "events.ndjson"
    try:
        ours, theirs = pty.openpty()
    except OSError as error:
        pytest.skip(f"no pseudo terminal here: {error}")
    asking = subprocess.Popen(
        [QUICKSTART, simulator.url, "--once", "--output", out], cwd=tmp_path,
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        env={**os.environ, "NETSKOPE_TOKEN": "", "XDG_STATE_HOME": str(tmp_path / "state")})
    os.close(theirs)
    try:
        seen = os.read(ours, 1000)
        assert b"REST API v2" in seen
        os.write(ours, TOKEN.encode() + b"\n")
        with contextlib.suppress(OSError):  # EIO: the other side was closed
            while more := os.read(ours, 65536):
                seen += more
        assert asking.wait(60) == 0, seen
    finally:
        asking.kill()
        os.close(ours)
    assert TOKEN.encode() not in seen
    assert len(ids_in_file(out, "ocsf")) == 1_000


@pytest.mark.parametrize("arguments, says", [
    (["--surprise"], "--surprise"),
    (["acme"], "looks like"),
    (["http://acme.goskope.com"], "looks like"),
    (["https://a.example", "https://b.example"], "one tenant"),
    (["--output"], "file name"),
    (["https://acme.goskope.com"], "NETSKOPE_TOKEN"),
])
def test_a_wrong_call_says_what_is_wrong(tmp_path, arguments, says):
    done = quickstart(tmp_path, *arguments, env={"NETSKOPE_TOKEN": ""})
    assert done.wait(30) == 2
    assert says in done.stderr() and done.stdout() == ""
