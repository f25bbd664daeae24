# SPDX-License-Identifier: Apache-2.0
"""The iterator source: the tenant's cursor moves with every `next`, whatever becomes of the answer, and
nothing is lost or comes twice all the same."""
import json
import re
import time

import pytest
from netskope_api.iterator.const import Const
from netskope_api.iterator.netskope_iterator import NetskopeIterator

from broker import TopicReader
from commands import command
from conftest import ALL
from forwarder import configuration, file_sink, kafka_state, lake, run_once
from ledger import ID_OF, Comparison, assert_all_arrived, ids_in_file
from simulator import TOKEN
from waiting import throughout, until

LABELS = {"tenant": "acme", "stream": "audit"}
KILLS = 100 if ALL else 5
PAGE = 2_000
EVENTS = 300_000 if ALL else 30_000
# What goes wrong on the way of a page that the cursor has moved past.
SPOILT = ("--set", "faults=cut:150,truncated:80,504:40,reset:30,409:20")


def iterated(directory, simulator, sinks, tenant=None, **sections):
    return configuration(directory, simulator, sinks,
                         tenant={"source": "iterator", **(tenant or {})}, **sections)


def pages(*flags):
    return ("--set", f"iterator_page={PAGE}", "--set", "iterator_wait=0s", *flags)


def taken(forwarder):
    """Rows that were taken into batches since this process began, and how many are not settled."""
    assert forwarder.running(), forwarder.stderr()
    metrics = forwarder.metrics()
    received = metrics and metrics.get("events_received_total", **LABELS)
    if not received:
        return 0, 0
    known = metrics.get("events_deduplicated_total", **LABELS)
    return received - known, metrics.get("events_pending", **LABELS)


def kill_at_random(start, config, chance):
    """How many kills fell between an answer and the commit of all of it."""
    in_flight = 0
    for number in range(KILLS):
        rows = chance.uniform(1, EVENTS / KILLS)
        forwarder = start(config, name=f"forwarder-{number}")
        found = until(lambda: (t := taken(forwarder))[0] >= rows and t, 90,
                      f"run {number} to take {rows:.0f} rows", 0.002)
        forwarder.kill()
        in_flight += found[1] > 0
    return in_flight


def test_a_backlog_of_several_types_and_what_follows(tmp_path, start_simulator, start_forwarder,
                                                     program):
    types = ["audit", "alert", "incident"]
    simulator = start_simulator(5_000, *pages("--live", "20", "--set", "event_types=all"))
    out = tmp_path / "events.ocsf"
    config = iterated(tmp_path, simulator, [file_sink(out, "ocsf")], {"events": types})
    forwarder = start_forwarder(config)
    for name in types:
        forwarder.until_metric("events_delivered_total", lambda n: n >= 5_100, 60,
                               tenant="acme", stream=name)
        assert forwarder.metric("lag_seconds", tenant="acme", stream=name) < 10
        assert forwarder.metrics().identity(tenant="acme", stream=name, sink="out") == 0
    assert forwarder.stop() == 0, forwarder.stderr()
    assert run_once(tmp_path, config).code == 0
    shown = [*simulator.ledger(), *simulator.ledger_of("alert"), *simulator.ledger_of("incident")]
    arrived = ids_in_file(out, "ocsf")
    found = Comparison(shown, arrived)
    assert (found.unknown, found.repeats) == ([], 0), str(found)
    assert len(found.lost) < 100, str(found)  # what came while the last run ended


@pytest.mark.parametrize("flags", [(), SPOILT, ("--delay-ms", "20")], ids=["fast", "cut", "slow"])
def test_kill_9_at_random_moments_to_a_file(tmp_path, start_simulator, start_forwarder, chance,
                                            flags):
    simulator = start_simulator(EVENTS, *pages(*flags))
    out = tmp_path / "events.ndjson"
    config = iterated(tmp_path, simulator, [file_sink(out)], batch={"events": PAGE})
    in_flight = kill_at_random(start_forwarder, config, chance)
    once = run_once(tmp_path, config, 300)
    assert once.code == 0, once.stderr()
    found = assert_all_arrived(simulator.ledger(), ids_in_file(out), repeats=KILLS * PAGE)
    print(f"{in_flight} of {KILLS} kills between answer and commit; {found}; "
          f"{simulator.stats()['cut']} bodies cut")


def test_bodies_cut_in_the_middle_are_shown_again_and_delivered_once(tmp_path, start_simulator,
                                                                     program):
    simulator = start_simulator(EVENTS, *pages(*SPOILT))
    out = tmp_path / "events.ndjson"
    once = run_once(tmp_path, iterated(tmp_path, simulator, [file_sink(out)]), 300)
    assert once.code == 0, once.stderr()
    stats = simulator.stats()
    print(f"faults {stats['faults']}; {assert_all_arrived(simulator.ledger(), ids_in_file(out))}")
    assert stats["faults"]["cut"] > 0


def test_kill_9_at_random_moments_with_the_state_in_kafka(tmp_path, start_simulator,
                                                          start_forwarder, broker, chance):
    simulator = start_simulator(EVENTS, *pages(*SPOILT))
    topic = broker.create_topic("iterator-once")
    config = iterated(tmp_path, simulator, [lake(broker, topic)], batch={"events": 1_000},
                      state=kafka_state("iterator.state"))
    in_flight = kill_at_random(start_forwarder, config, chance)
    once = run_once(tmp_path, config, 300)
    assert once.code == 0, once.stderr()
    arrived = TopicReader(broker, topic, "raw", committed=True).ids()
    print(f"{in_flight} of {KILLS} kills between answer and commit; "
          f"{assert_all_arrived(simulator.ledger(), arrived, repeats=0)}")


def index_of(forwarder):
    return re.search(r"the iterator with the index (\S+)", forwarder.stderr()).group(1)


def test_an_index_is_drawn_once_and_told(tmp_path, start_simulator, program):
    simulator = start_simulator(100, *pages())
    config = iterated(tmp_path, simulator, [file_sink(tmp_path / "out.ndjson")])
    first = run_once(tmp_path, config, name="first")
    second = run_once(tmp_path, config, name="second")
    assert (first.code, second.code) == (0, 0)
    assert index_of(first) == index_of(second)
    assert re.fullmatch(r"netskope-forwarder-[0-9a-f]{12}", index_of(first))


def test_another_index_goes_on_where_the_last_one_was(tmp_path, start_simulator, program):
    simulator = start_simulator(10_000, *pages())
    out = tmp_path / "out.ndjson"
    config = iterated(tmp_path, simulator, [file_sink(out)], {"iterator": {"index": "first"}})
    assert run_once(tmp_path, config).code == 0
    config["tenants"][0]["iterator"]["index"] = "second"
    once = run_once(tmp_path, config, name="second")
    assert once.code == 0 and index_of(once) == "second"
    # Only what happened at the very end comes again.
    assert_all_arrived(simulator.ledger(), ids_in_file(out), repeats=200)


def vendor(simulator, certificates, index, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.ca))
    return NetskopeIterator({Const.NSKP_TOKEN: TOKEN, Const.NSKP_ITERATOR_NAME: index,
                             Const.NSKP_EVENT_TYPE: Const.EVENT_TYPE_AUDIT,
                             Const.NSKP_TENANT_HOSTNAME: simulator.url.removeprefix("https://")})


def ids_of(answer):
    assert answer.status_code == 200, answer.text
    return [ID_OF["raw"](json.dumps(row)) for row in answer.json()["result"]]


def test_the_vendors_client_reads_what_the_ledger_says(tmp_path, start_simulator, certificates,
                                                       monkeypatch):
    """Our idea of the iterator is not ours alone."""
    simulator = start_simulator(25_000, certificates=certificates)
    client = vendor(simulator, certificates, "vendor", monkeypatch)
    read = ids_of(client.head())
    assert len(read) == 10_000
    while page := ids_of(client.next()):
        assert ids_of(client.resend()) == page
        read += page
    assert_all_arrived(simulator.ledger(), read)
    # From a time on, by another index; the last page by a third.
    lines = simulator.ledger_lines()
    middle = sorted(line["timestamp"] for line in lines)[15_000]
    client = vendor(simulator, certificates, "from", monkeypatch)
    later = ids_of(client.download(middle))
    while page := ids_of(client.next()):
        later += page
    assert {line["name"] for line in lines if line["timestamp"] >= middle + 300} <= set(later)
    assert ids_of(vendor(simulator, certificates, "end", monkeypatch).tail()) == read[-10_000:]


def test_a_second_consumer_is_told(tmp_path, start_simulator, start_forwarder, certificates,
                                   monkeypatch):
    simulator = start_simulator(100, *pages("--live", "50", "--set", "iterator_wait=1s", "--set",
                                            "iterator_hold=500ms"), certificates=certificates)
    config = iterated(tmp_path, simulator, [file_sink(tmp_path / "out.ndjson")],
                      {"iterator": {"index": "shared"}, "tls": {"ca_file": str(certificates.ca)},
                       "poll_interval": "100ms"})
    forwarder = start_forwarder(config)
    forwarder.until_metric("events_delivered_total", lambda n: n > 200, 30, **LABELS)
    assert forwarder.metric("iterator_conflicts_total", **LABELS) == 0
    client = vendor(simulator, certificates, "shared", monkeypatch)

    def told():
        client.next()
        return "give each consumer an index of its own (tenants[].iterator.index)" in (
            forwarder.stderr())
    until(told, 30, "word of the second consumer")
    assert forwarder.metric("iterator_conflicts_total", **LABELS) > 0


def test_the_wait_that_the_tenant_states_is_kept(tmp_path, start_simulator, start_forwarder,
                                                 program):
    simulator = start_simulator(0, "--live", "50", "--set", "iterator_wait=2s")
    forwarder = start_forwarder(iterated(tmp_path, simulator, [file_sink(tmp_path / "o.ndjson")],
                                         {"poll_interval": "100ms"}))
    forwarder.until_metric("events_delivered_total", lambda n: n > 0, 30, **LABELS)
    before, begun = simulator.stats()["requests"], time.monotonic()
    throughout(forwarder.running, 6.5, "the forwarder runs")
    asked = simulator.stats()["requests"] - before
    assert asked <= (time.monotonic() - begun) / 2 + 1, asked
    assert asked >= 2


def test_check_takes_no_page_and_state_can_be_set_back(tmp_path, start_simulator, program):
    simulator = start_simulator(3_000, *pages())
    out = tmp_path / "out.ndjson"
    config = iterated(tmp_path, simulator, [file_sink(out)], {"iterator": {"index": "ours"}})
    checked = command(tmp_path, config, "check", "--json")
    assert checked.code == 0, checked.err + checked.out
    assert run_once(tmp_path, config).code == 0
    assert_all_arrived(simulator.ledger(), ids_in_file(out))
    shown = json.loads(command(tmp_path, config, "state", "show").out)["streams"]
    place = shown[0]["iterator/place"]
    assert place["begun"] == 1 and place["delivered_until"].endswith("Z"), place
    middle = sorted(line["timestamp"] for line in simulator.ledger_lines())[1_500]
    reset = command(tmp_path, config, "state", "reset", "--tenant", "acme", "--stream", "audit",
                    "--to", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(middle)))
    assert reset.code == 0, reset.err
    assert run_once(tmp_path, config).code == 0
    found = Comparison(simulator.ledger(), ids_in_file(out))
    assert (found.lost, found.unknown) == ([], []) and 1_300 < found.repeats < 1_700, str(found)


def test_a_range_is_sent_again_from_the_list(tmp_path, start_simulator, program):
    simulator = start_simulator(2_000, *pages())
    out = tmp_path / "out.ndjson"
    config = iterated(tmp_path, simulator, [file_sink(out)])
    assert run_once(tmp_path, config).code == 0
    replayed = command(tmp_path, config, "replay", "--from", "2020-01-01T00:00:00Z", "--to",
                       time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    assert replayed.code == 0, replayed.err
    found = Comparison(simulator.ledger(), ids_in_file(out))
    assert (found.lost, found.unknown) == ([], []) and found.repeats > 1_900, str(found)
    reconciled = command(tmp_path, config, "reconcile")
    assert reconciled.code == 1
    assert "keeps no ledger to compare with" in reconciled.out + reconciled.err


def test_an_index_without_the_source_is_told(tmp_path, start_simulator, program):
    simulator = start_simulator(0)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out.ndjson")],
                           {"iterator": {"index": "ours"}})
    checked = command(tmp_path, config, "check", "--offline")
    assert "write source: iterator" in checked.out + checked.err


def test_rows_that_cannot_be_parsed_are_kept(tmp_path, start_simulator, program):
    simulator = start_simulator(5_000, *pages("--set", "odd_rows=broken:5"))
    out = tmp_path / "out.ndjson"
    once = run_once(tmp_path, iterated(tmp_path, simulator, [file_sink(out)]))
    assert once.code == 0, once.stderr()
    letters = (tmp_path / "dead-letter.ndjson").read_text().splitlines()
    odd = [line for line in simulator.ledger_lines() if line.get("odd")]
    assert len(letters) == len(odd) > 5
    assert len(ids_in_file(out)) + len(letters) == 5_000
