# SPDX-License-Identifier: Apache-2.0
"""`replay`: a range is sent again, all of it and nothing else, and no other cursor moves."""
import calendar
import json
import time
from collections import Counter

import pytest

from commands import command
from forwarder import PROGRAM, configuration, file_sink, run_once
from ledger import ids_in_file
from processes import Process
from waiting import until

EVENTS = 2_000
SPAN = 6 * 3600


@pytest.fixture
def walked(tmp_path, start_simulator):
    """A configuration whose tenant is delivered to the file `out` already."""
    simulator = start_simulator(EVENTS, "--span", f"{SPAN}s")
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")],
                           {"page_size": 100})
    assert run_once(tmp_path, config).code == 0
    return simulator, config


def times(hours_from, hours_to):
    now = time.time()
    return ["--from", text(now - hours_from * 3600), "--to", text(now - hours_to * 3600)]


def text(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def seen(simulator, since, until_):
    """Names of the events that the tenant lists in a range."""
    return Counter(line["name"] for line in simulator.ledger_lines()
                   if since <= line["insertion"] < until_)


def repeated(path):
    """What stands in the file a second time."""
    ids = Counter(ids_in_file(path))
    return Counter({name: count - 1 for name, count in ids.items() if count > 1})


def cursor(tmp_path, config):
    [stream] = command(tmp_path, config, "state", "show").json()["streams"]
    return stream["cursor"]


def epoch(option):
    return calendar.timegm(time.strptime(option, "%Y-%m-%dT%H:%M:%SZ"))


def test_a_range_is_sent_again_and_no_cursor_moves(tmp_path, walked):
    simulator, config = walked
    before = cursor(tmp_path, config)
    before_ids = Counter(ids_in_file(tmp_path / "out"))
    range_ = times(4, 2)
    done = command(tmp_path, config, "replay", *range_)
    assert done.code == 0, done.err
    assert " done" in done.out
    again = Counter(ids_in_file(tmp_path / "out")) - before_ids
    assert again == seen(simulator, epoch(range_[1]), epoch(range_[3]))
    assert sum(again.values()) > EVENTS / 6
    assert f"{sum(again.values())} delivered" in done.out
    after = cursor(tmp_path, config)
    assert after["first_start"] == before["first_start"] and after["open"] >= before["open"]
    # Nothing of it is left in the state but the job.
    [_] = command(tmp_path, config, "state", "show").json()["streams"]


def test_a_dry_run_counts_and_sends_nothing(tmp_path, walked):
    simulator, config = walked
    before = (tmp_path / "out").read_bytes()
    range_ = times(3, 2)
    done = command(tmp_path, config, "replay", *range_, "--dry-run")
    assert done.code == 0, done.err
    expected = sum(seen(simulator, epoch(range_[1]), epoch(range_[3])).values())
    assert f"{expected} delivered" in done.out and "dry run" in done.out
    assert (tmp_path / "out").read_bytes() == before


def test_the_owner_replays_beside_its_live_streams(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(EVENTS, "--span", f"{SPAN}s", "--live", "20")
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    owner = start_forwarder(config)
    owner.until_metric("events_delivered_total", lambda n: n >= EVENTS, 60, tenant="acme")
    range_ = times(4, 1)
    done = command(tmp_path, config, "replay", *range_)
    assert done.code == 0, done.err
    expected = seen(simulator, epoch(range_[1]), epoch(range_[3]))
    replayed = owner.metric("events_replayed_total", tenant="acme", sink="out")
    assert replayed == sum(expected.values())
    assert repeated(tmp_path / "out") == expected
    owner.until_metric("event_delay_seconds_count", lambda n: n > 0, 30, tenant="acme")


def test_a_replay_that_is_killed_goes_on(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(EVENTS, "--span", f"{SPAN}s", "--delay-ms", "20")
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")],
                           {"page_size": 50}, batch={"events": 50})
    assert run_once(tmp_path, config).code == 0
    range_ = times(5, 1)
    file = tmp_path / "cut.yaml"
    file.write_text(json.dumps(config))
    cut = Process([PROGRAM, "replay", *range_, "-c", file], tmp_path, "replay")
    until(lambda: len(ids_in_file(tmp_path / "out")) > EVENTS + 200, 60, "some is sent again")
    cut.kill()
    owner = start_forwarder(config)
    until(lambda: " done" in command(tmp_path, config, "job", "list").out, 60, "the job's end")
    expected = seen(simulator, epoch(range_[1]), epoch(range_[3]))
    again = repeated(tmp_path / "out")
    assert not expected - again, "what was not sent before the kill is sent after it"
    assert sum((again - expected).values()) <= 50, "a batch may come twice"
    assert owner.running()


def test_options_that_make_no_sense_are_refused(tmp_path, walked):
    _, config = walked
    refused = command(tmp_path, config, "replay", *times(4, 2), "--sink", "nowhere")
    assert refused.code == 2 and "nowhere" in refused.err
    backwards = command(tmp_path, config, "replay", *times(2, 4))
    assert backwards.code == 2 and "--from must lie before --to" in backwards.err
