# SPDX-License-Identifier: Apache-2.0
"""Clocks that are off or jump: what the tenant's answers say counts, and nothing is lost."""
from pathlib import Path

import pytest

from forwarder import configuration, file_sink
from front import Front
from ledger import Comparison, assert_all_arrived, ids_in_file
from waiting import throughout, until

LABELS = {"tenant": "acme"}
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


class OwnClock:
    """The clock of one program, by libfaketime; its monotonic clock stays true."""

    def __init__(self, directory, offset="+0"):
        if FAKETIME is None:
            pytest.skip("NOT RUN, libfaketime is not installed")
        self.file = directory / "clock"
        self.set(offset)
        self.env = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.file),
                    "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def set(self, offset):
        self.file.write_text(offset + "\n")


@pytest.mark.parametrize("before, after", [("+1h", "+1h"), ("-2d", "-2d"), ("+0", "+1h"),
                                           ("+0", "-1h")])
def test_its_own_clock(tmp_path, start_simulator, start_forwarder, before, after):
    """It is off from the start, or jumps: the tenant's clock is what counts."""
    simulator = start_simulator(1_000, "--live", 50)
    clock = OwnClock(tmp_path, before)
    out = tmp_path / "events.ndjson"
    config = configuration(tmp_path, simulator, [file_sink(out)],
                           tenant={"poll_interval": "200ms", "paging": {
                               "length": "2s", "settle": "1s", "revisit": ["2s", "5s"]}})
    forwarder = start_forwarder(config, env=clock.env)
    forwarder.until_metric("events_delivered_total", lambda n: n > 1_100, 30, **LABELS)
    clock.set(after)
    off = {"h": 3_600, "d": 86_400, "0": 1}[after[-1]] * int(after[:-1] or 0)
    forwarder.until_metric("clock_skew_seconds", lambda skew: abs(skew + off) < 5, 20, **LABELS)
    shown = simulator.ledger()
    until(lambda: not Comparison(shown, ids_in_file(out)).lost, 30, "all to arrive")
    assert 0 <= forwarder.metric("lag_seconds", **LABELS) < 10, "lag goes by the tenant's clock"
    assert forwarder.stop() == 0
    arrived = ids_in_file(out)
    assert_all_arrived(set(simulator.ledger()) & set(arrived), arrived)


@pytest.mark.parametrize("ahead", [6, -6])
def test_the_clock_of_the_tenant(tmp_path, start_simulator, start_forwarder, ahead):
    """It jumps, and some seconds later it is right again. Rows are then inserted into windows that
    are closed, and revisits find them: here as many seconds later as there it would be minutes."""
    simulator = start_simulator(1_000, "--live", 50)
    front = Front(simulator)
    out = tmp_path / "events.ndjson"
    config = configuration(tmp_path, front, [file_sink(out)],
                           tenant={"poll_interval": "200ms", "paging": {
                               "length": "2s", "settle": "1s", "revisit": ["2s", "5s", "12s"]}})
    forwarder = start_forwarder(config)

    def until_skew(seconds):
        forwarder.until_metric("clock_skew_seconds", lambda skew: abs(skew - seconds) < 2, 20,
                               **LABELS)

    try:
        forwarder.until_metric("events_delivered_total", lambda n: n > 1_100, 30, **LABELS)
        front.offset = ahead
        until_skew(ahead)
        throughout(forwarder.running, 3, "the forwarder runs")
        front.offset = 0
        until_skew(0)
        throughout(forwarder.running, 2, "the forwarder runs")
        shown = simulator.ledger()
        until(lambda: not Comparison(shown, ids_in_file(out)).lost, 60, "all to arrive")
        assert forwarder.stop() == 0
    finally:
        front.close()
    arrived = ids_in_file(out)
    assert_all_arrived(set(simulator.ledger()) & set(arrived), arrived)
