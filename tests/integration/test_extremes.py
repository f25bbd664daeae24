# SPDX-License-Identifier: Apache-2.0
"""More in a second than ever comes, and every row that breaks a client: all is delivered, or kept
in the dead letter with a reason, and the metrics add up at every look."""
from collections import Counter

from forwarder import configuration, file_sink
from ledger import Comparison, ids_in_file
from scenarios import UNPARSABLE, dead_letter_names
from waiting import until

LABELS = {"tenant": "acme", "stream": "audit"}
# Every kind of docs/SIMULATOR.md; ids of five shapes are in any tenant's rows.
ODD_ROWS = ("no-id:20,null-id:20,empty-id:20,no-time:20,null-time:20,text-time:20,nulls:20,"
            "text-nulls:20,empty-values:20,absent:20,text-numbers:20,big-integers:20,floats:20,"
            "duplicate-keys:20,deep:5,huge:5,invalid-utf8:20,nul:20,lone-surrogate:20,"
            "line-breaks:20,bom:20,right-to-left:20,emoji:20,not-object:20,broken:5,unbalanced:2")


class Watched:
    """A forwarder whose metrics are looked at until all that was shown has arrived."""

    def __init__(self, directory, simulator, forwarder, sink="out"):
        self.simulator = simulator
        self.forwarder = forwarder
        self.out = directory / "events.ndjson"
        self.dead = directory / "dead-letter.ndjson"
        self.sink = sink
        self.looks = 0

    def until_received(self, events, seconds):
        def settled():
            assert self.forwarder.running(), self.forwarder.stderr()[-3000:]
            metrics = self.forwarder.metrics()
            if not metrics or metrics.get("events_received_total", **LABELS) is None:
                return False
            self.looks += 1
            assert metrics.identity(**LABELS, sink=self.sink) == 0, metrics.text
            return (metrics.get("events_delivered_total", **LABELS) +
                    metrics.get("events_dead_lettered_total", **LABELS)) >= events

        until(settled, seconds, f"{events} events", 0.05)
        assert self.looks > 3, "too quick to have been looked at"

    def stop(self):
        """What arrived, and of that what is in the dead letter: as many as the metrics say."""
        metrics = self.forwarder.metrics()
        assert self.forwarder.stop() == 0, self.forwarder.stderr()[-3000:]
        arrived, dead = ids_in_file(self.out), dead_letter_names(self.dead)
        assert len(arrived) == metrics.get("events_delivered_total", **LABELS)
        assert len(dead) == metrics.get("events_dead_lettered_total", **LABELS)
        return arrived, dead


def test_a_hundred_thousand_events_in_one_second(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(1_000, "--set", "burst_events=100000", "--set", "burst_after=3s")
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "events.ndjson")])
    watched = Watched(tmp_path, simulator, start_forwarder(config))
    watched.until_received(101_000, 60)
    arrived, dead = watched.stop()
    found = Comparison(simulator.ledger(), arrived)
    assert not found.lost and not found.unknown and not found.repeats and not dead, str(found)
    busiest = Counter(line["insertion"] for line in simulator.ledger_lines()).most_common(1)
    assert busiest[0][1] >= 100_000, "it was one second"


def test_rows_of_every_kind(tmp_path, start_simulator, start_forwarder):
    """2 MiB, no UTF-8, NULs, 300 levels deep, no JSON: each kind in pages with good rows."""
    simulator = start_simulator(1_500, "--set", f"odd_rows={ODD_ROWS}")
    shown = simulator.ledger_lines()
    kinds = {line["name"]: line.get("odd") for line in shown}
    wanted = {kind.split(":")[0] for kind in ODD_ROWS.split(",")}
    assert wanted <= set(kinds.values()), f"none of {wanted - set(kinds.values())}"
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "events.ndjson")],
                           tenant={"page_size": 20, "max_page_bytes": "8MiB"})
    watched = Watched(tmp_path, simulator, start_forwarder(config))
    watched.until_received(len(shown), 90)
    arrived, dead = watched.stop()
    found = Comparison([line["name"] for line in shown], arrived + dead)
    assert not found.lost and not found.unknown and not found.repeats, str(found)
    assert {kinds[name] for name in dead} == UNPARSABLE | {"deep"}, Counter(
        kinds[name] for name in dead)
    assert not {kinds[name] for name in arrived} & UNPARSABLE
