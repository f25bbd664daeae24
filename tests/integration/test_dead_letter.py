# SPDX-License-Identifier: Apache-2.0
"""`dead-letter list|replay`, beside an owner and without one; jobs that outlive both."""
import json
import os
import signal
import socket
import subprocess

from commands import command
from forwarder import PROGRAM, configuration, file_sink
from ledger import ids_in_file
from waiting import until


def letter(number, sink="out", tenant="acme", reason="too_large", raw=None):
    raw = json.dumps({"_id": f"row-{number}"}) if raw is None else raw
    return json.dumps({"time": "2026-03-01T09:00:00.000Z", "tenant": tenant, "stream": "audit",
                       "sink": sink, "event_id": f"row-{number}", "reason": reason,
                       "detail": "it was", "raw": raw})


def write(tmp_path, lines):
    (tmp_path / "dead-letter.ndjson").write_text("".join(line + "\n" for line in lines))


def left(tmp_path):
    return (tmp_path / "dead-letter.ndjson").read_text().splitlines()


def asides(tmp_path):
    return list(tmp_path.glob("dead-letter.ndjson.*"))


def test_list_counts_by_reason(tmp_path, start_simulator):
    config = configuration(tmp_path, start_simulator(1), [file_sink(tmp_path / "out")])
    empty = command(tmp_path, config, "dead-letter", "list")
    assert empty.code == 0 and "0 records" in empty.out
    write(tmp_path, [letter(1), letter(2, reason="invalid"), letter(3, tenant="other"), "{broken"])
    table = command(tmp_path, config, "dead-letter", "list")
    assert table.code == 0, table.err
    assert "3 records, 1 invalid, 2 too_large" in table.out and "row-2" in table.out
    assert "1 lines are none of ours" in table.out
    listed = command(tmp_path, config, "dead-letter", "list", "--json", "--tenant", "acme").json()
    assert listed["reasons"] == {"invalid": 1, "too_large": 1} and listed["unreadable"] == 1
    assert [r["event_id"] for r in listed["records"]] == ["row-1", "row-2"]


def test_replay_without_an_owner(tmp_path, start_simulator):
    """Delivered lines leave the dead letter; those that are not meant, or not possible, stay."""
    config = configuration(tmp_path, start_simulator(0), [file_sink(tmp_path / "out")])
    kept = [letter(9, sink="gone"), letter(8, tenant="other"), letter(7, raw="{broken row"), "odd"]
    write(tmp_path, [letter(1), *kept, letter(2)])
    dry = command(tmp_path, config, "dead-letter", "replay", "--dry-run", "--tenant", "acme")
    assert dry.code == 0 and len(left(tmp_path)) == 6
    done = command(tmp_path, config, "dead-letter", "replay", "--tenant", "acme")
    assert done.code == 0, done.err
    assert "2 delivered, 0 refused again, 4 left" in done.out
    assert ids_in_file(tmp_path / "out") == ["row-1", "row-2"]
    assert left(tmp_path) == kept and not asides(tmp_path)
    again = command(tmp_path, config, "dead-letter", "replay", "--tenant", "acme")
    assert "0 delivered" in again.out
    assert ids_in_file(tmp_path / "out") == ["row-1", "row-2"]


def test_replay_beside_the_owner(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(10)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    owner = start_forwarder(config)
    owner.until_metric("events_delivered_total", lambda n: n == 10, 60, tenant="acme")
    assert owner.metric("events_replayed_total", tenant="acme") == 0
    write(tmp_path, [letter(n) for n in range(5_000)])
    done = command(tmp_path, config, "dead-letter", "replay", "--sink", "out")
    assert done.code == 0, done.err
    assert "5000 delivered" in done.out and f"left to pid {owner.pid}" in done.err
    rows = ids_in_file(tmp_path / "out")
    assert rows[10:] == [f"row-{n}" for n in range(5_000)]
    assert left(tmp_path) == [] and not asides(tmp_path)
    assert owner.metric("events_replayed_total", tenant="acme", stream="audit", sink="out") == 5_000
    assert owner.metrics().identity(tenant="acme", stream="audit", sink="out") == 0
    listed = command(tmp_path, config, "job", "list", "--json").json()["jobs"]
    assert [(job["state"], job["delivered"]) for job in listed] == [("done", 5_000)]


def test_what_is_refused_again_is_kept_again(tmp_path, start_simulator):
    """A receiver that takes small messages alone: the large ones come back into the dead letter."""
    large = json.dumps({"_id": "row-2", "x": "y" * 2_000})
    write(tmp_path, [letter(1, sink="siem"), letter(2, sink="siem", raw=large)])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(10)
        sink = {"name": "siem", "type": "syslog", "format": "raw", "max_message_bytes": 480,
                "oversize": "dead_letter",
                "address": [f"udp://127.0.0.1:{receiver.getsockname()[1]}"]}
        config = configuration(tmp_path, start_simulator(0), [sink])
        done = command(tmp_path, config, "dead-letter", "replay")
        assert done.code == 0, done.err
        message = receiver.recv(2_000)
    assert b'netskope_replay="true"' in message and b'"row-1"' in message
    assert "1 delivered, 1 refused again, 0 left" in done.out
    [kept] = [json.loads(line) for line in left(tmp_path)]
    assert (kept["event_id"], kept["reason"], kept["raw"]) == ("row-2", "too_large", large)


def full_device(tmp_path):
    """A sink that takes nothing until it is mended: a pipe that nobody reads."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    return pipe


def test_a_job_outlives_its_owner_and_its_follower(tmp_path, start_simulator, start_forwarder):
    """The sink takes nothing; command and owner go; the next owner finds the job and ends it."""
    simulator = start_simulator(0)
    pipe = full_device(tmp_path)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    config = configuration(tmp_path, simulator, [file_sink(pipe)])
    owner = start_forwarder(config)
    until(lambda: owner.metrics(), 30, "the owner")
    rows = [letter(n, raw=json.dumps({"_id": f"row-{n}", "x": "y" * 1_000})) for n in range(500)]
    write(tmp_path, rows)
    file = tmp_path / "follower.yaml"
    file.write_text(json.dumps(config))
    follower = subprocess.Popen([PROGRAM, "dead-letter", "replay", "-c", file], cwd=tmp_path,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        until(lambda: asides(tmp_path), 30, "the dead letter to be set aside")
        follower.send_signal(signal.SIGINT)
        out, err = follower.communicate(timeout=30)
    finally:
        if follower.poll() is None:
            follower.kill()
            follower.wait()
    assert follower.returncode == 130, err
    assert b"job follow " in err
    job = err.decode().split("job follow ")[1].split()[0]
    owner.kill()
    os.close(reader)
    mended = {**config, "sinks": [file_sink(tmp_path / "out")]}
    done = command(tmp_path, mended, "job", "follow", job)
    assert done.code == 0, done.err
    arrived = ids_in_file(tmp_path / "out")
    assert set(arrived) == {f"row-{n}" for n in range(500)}, "at least once"
    assert left(tmp_path) == [] and not asides(tmp_path)
    assert command(tmp_path, mended, "job", "follow", job).code == 0
    assert command(tmp_path, mended, "job", "follow", "nothing").code == 2


def test_a_cancelled_job_puts_back_what_it_has_not_sent(tmp_path, start_simulator):
    """The job is cut off by a signal in front of a sink that takes nothing, then cancelled."""
    pipe = full_device(tmp_path)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    config = configuration(tmp_path, start_simulator(0), [file_sink(pipe)])
    rows = [letter(n, raw=json.dumps({"_id": f"row-{n}", "x": "y" * 1_000})) for n in range(500)]
    write(tmp_path, rows)
    file = tmp_path / "alone.yaml"
    file.write_text(json.dumps(config))
    alone = subprocess.Popen([PROGRAM, "dead-letter", "replay", "-c", file], cwd=tmp_path,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        until(lambda: asides(tmp_path), 30, "the dead letter to be set aside")
        alone.send_signal(signal.SIGTERM)
        assert b"job follow " in alone.communicate(timeout=30)[1]
    finally:
        if alone.poll() is None:
            alone.kill()
            alone.wait()
    os.close(reader)
    [job] = command(tmp_path, config, "job", "list", "--json").json()["jobs"]
    assert job["state"] in ("waiting", "running")
    cancelled = command(tmp_path, config, "job", "cancel", job["id"])
    assert cancelled.code == 0, cancelled.err
    done = command(tmp_path, config, "job", "follow", job["id"])
    assert done.code == 1 and "cancelled" in done.out, done.err
    assert left(tmp_path) == rows and not asides(tmp_path)
