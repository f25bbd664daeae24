# SPDX-License-Identifier: Apache-2.0
"""The process as an operator meets it: signals, exit codes, a lock, a closed pipe, no core."""
import os
import resource
import signal
import subprocess
import time

import pytest

from commands import command
from forwarder import Forwarder, configuration, file_sink, run_once
from ledger import assert_all_arrived, ids_in_file


def delivered(forwarder, events, seconds=60):
    forwarder.until_metric("events_delivered_total", lambda n: n >= events, seconds, tenant="acme")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(tmp_path, start_simulator, start_forwarder, number):
    """Within five seconds, in the middle of the backlog, with the state committed and code 0."""
    simulator = start_simulator(50_000, "--delay-ms", "20")
    out = tmp_path / "events.ndjson"
    config = configuration(tmp_path, simulator, [file_sink(out)], tenant={"page_size": 200})
    forwarder = start_forwarder(config)
    delivered(forwarder, 2_000)
    begun = time.monotonic()
    forwarder.send(number)
    assert forwarder.wait(10) == 0, forwarder.stderr()
    assert time.monotonic() - begun < 5
    assert len(ids_in_file(out)) < 50_000, "it ended in the middle"
    assert run_once(tmp_path, config, name="after").code == 0
    assert_all_arrived(simulator.ledger(), ids_in_file(out))  # committed: nothing comes twice


def test_a_hanging_tenant_does_not_delay_the_end(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(100)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    forwarder = start_forwarder(config)
    delivered(forwarder, 100)
    answered = forwarder.metric("requests_total", tenant="acme")
    simulator.fault("hang")
    forwarder.until_metric("lag_seconds", lambda lag: lag > 2, 30, tenant="acme")
    assert forwarder.metric("requests_total", tenant="acme") >= answered
    begun = time.monotonic()
    assert forwarder.stop() == 0
    assert time.monotonic() - begun < 5


def test_a_second_owner_is_refused(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(100)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    owner = start_forwarder(config)
    delivered(owner, 100)
    other = configuration(tmp_path, simulator, [file_sink(tmp_path / "other")])
    second = run_once(tmp_path, other, name="second")
    assert second.code == 5, second.stderr()
    assert str(owner.pid) in second.stderr(), "it says who holds the state"
    assert owner.running()


def test_a_state_of_a_killed_owner_is_free(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(100)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    killed = start_forwarder(config)
    delivered(killed, 100)
    killed.kill()
    assert run_once(tmp_path, config, name="next").code == 0
    assert len(ids_in_file(tmp_path / "out")) == 100


def test_stdout_closed_by_its_reader(tmp_path, program, start_simulator):
    simulator = start_simulator(50_000)
    config = configuration(tmp_path, simulator, [file_sink("-")])
    head = subprocess.Popen(["head", "-n", "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    forwarder = Forwarder(tmp_path, config, stdout=head.stdin)
    head.stdin.close()
    try:
        assert forwarder.wait(30) == 0, forwarder.stderr()
        assert head.stdout.read().count(b"\n") == 1
        assert head.wait(10) == 0
    finally:
        forwarder.close()


def test_an_abort_writes_no_core(tmp_path, start_simulator, start_forwarder):
    """A core would hold the token. The limit is lifted, so that only the program prevents it."""
    simulator = start_simulator(100)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        forwarder = start_forwarder(config)
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)
    delivered(forwarder, 100)
    os.kill(forwarder.pid, signal.SIGABRT)
    _, status = os.waitpid(forwarder.pid, 0)
    forwarder.popen.returncode = -signal.SIGABRT  # waited for here, not by subprocess
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGABRT
    assert not os.WCOREDUMP(status)
    assert not list(tmp_path.glob("core*"))


def test_health_asks_the_running_forwarder(tmp_path, start_simulator, start_forwarder):
    """Also where it listens on every address; with nobody there, it says so."""
    config = configuration(tmp_path, start_simulator(100), [file_sink(tmp_path / "out")])
    port = config["server"]["listen"].split(":")[1]
    forwarder = start_forwarder(config)
    delivered(forwarder, 100)
    everywhere = {**config, "server": {"listen": f"0.0.0.0:{port}"}}
    for asked in (config, everywhere):
        done = command(tmp_path, asked, "health")
        assert (done.code, done.out) == (0, "ok\n"), done.err
    assert forwarder.stop() == 0
    gone = command(tmp_path, config, "health")
    assert gone.code == 1 and port in gone.err and "running" in gone.err


def test_a_broken_configuration_ends_with_2(tmp_path, program, start_simulator):
    simulator = start_simulator(1)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")], surprise=1)
    done = run_once(tmp_path, config)
    assert done.code == 2
    assert "surprise" in done.stderr() and "forwarder.yaml:" in done.stderr()


def test_nothing_secret_is_said(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(1_000)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")],
                           log={"level": "debug"})
    forwarder = start_forwarder(config)
    delivered(forwarder, 1_000)
    token = simulator.token_file.read_text().strip()
    pages = [forwarder.get(path)[1] for path in ("/metrics", "/healthz", "/readyz")]
    assert forwarder.stop() == 0
    assert all(token not in text for text in [forwarder.stderr(), forwarder.stdout(), *pages])
