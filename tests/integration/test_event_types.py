# SPDX-License-Identifier: Apache-2.0
"""The event types beside audit: several at once from one token, each to its own ledger."""
import json
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict

import pytest

from commands import command
from conftest import ALL
from forwarder import PROGRAM, configuration, file_sink, run_once
from ledger import ID_OF, Comparison
from processes import ROOT
from simulator import Simulator
from test_ecs import faults, read
from test_identities import assert_valid_ocsf, enrichment, picture_taken_since, tenant
from waiting import until

TYPES = ["alert", "application", "page", "network", "connection", "incident", "infrastructure"]
EVENTS = 6_000 if ALL else 500
FORMATS = ["raw", "ocsf", "ecs", "cef", "leef"]
CLASSES = {"alert": 2004, "application": 6001, "page": 4002, "network": 4001, "connection": 4001,
           "incident": 2006, "infrastructure": 0}
BIG = re.compile(rb'"(?:transaction_id|request_id|connection_id|conn_id|network_session_id|'
                 rb'dlp_incident_id|dlp_parent_id|browser_session_id|app_session_id|alarm_id)":'
                 rb'"?(\d{17,})')


def sinks(directory):
    return [{**file_sink(directory / f"events.{format}", format), "name": f"out-{format}"}
            for format in FORMATS]


def lines(path):
    return path.read_bytes().splitlines()


@pytest.fixture(scope="module")
def delivered(tmp_path_factory, program):
    """Seven types at once, in all formats: the simulator, and the output's directory."""
    directory = tmp_path_factory.mktemp("types")
    simulator = Simulator(directory, EVENTS, "--set", "event_types=all", "--set", "row_variety=512")
    config = configuration(directory, simulator, sinks(directory), {"events": TYPES})
    done = run_once(directory, config)
    assert done.code == 0, done.stderr()
    yield simulator, directory
    simulator.close()


def raw_by_type(directory):
    """The raw rows by stream, told from the OCSF event of the same line."""
    rows = defaultdict(list)
    for raw, ocsf in zip(lines(directory / "events.raw"), lines(directory / "events.ocsf")):
        rows[json.loads(ocsf)["metadata"]["log_name"]].append(raw)
    return rows


def test_every_ledger_equals_its_output(delivered):
    simulator, directory = delivered
    rows = raw_by_type(directory)
    assert sorted(rows) == sorted(TYPES)
    for event_type in TYPES:
        compared = Comparison(simulator.ledger_of(event_type),
                              [ID_OF["raw"](row) for row in rows[event_type]])
        assert (compared.shown, compared.lost, compared.unknown, compared.repeats) == (
            EVENTS, [], [], 0), f"{event_type}: {compared}"


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_has_every_event_once(delivered, format):
    simulator, directory = delivered
    arrived = [ID_OF[format](line) for line in lines(directory / f"events.{format}")]
    shown = [name for event_type in TYPES for name in simulator.ledger_of(event_type)]
    assert Counter(arrived) == Counter(shown)


def test_every_ocsf_event_is_valid_and_of_its_class(delivered):
    _, directory = delivered
    with open(directory / "events.ocsf", "rb") as events:
        checked = subprocess.run(
            [sys.executable, ROOT / "tests" / "support" / "validate_ocsf.py", "--unique"],
            stdin=events, capture_output=True, text=True, timeout=900)
    assert checked.returncode == 0, checked.stdout[-3000:] + checked.stderr[-3000:]
    assert checked.stdout.splitlines()[-1] == f"{EVENTS * len(TYPES)} events, 0 invalid"
    seen = {(event["metadata"]["log_name"], event["class_uid"])
            for event in map(json.loads, lines(directory / "events.ocsf"))}
    assert seen == set(CLASSES.items())


@pytest.mark.parametrize("format", FORMATS)
def test_no_digit_of_a_long_identifier_is_lost(delivered, format):
    _, directory = delivered
    checked = cut = 0
    for raw, line in zip(lines(directory / "events.raw"), lines(directory / f"events.{format}")):
        if b"valuesCut" in line:
            cut += 1
            continue
        for digits in BIG.findall(raw):
            checked += 1
            assert digits in line, (digits, raw, line)
    print(f"{format}: {checked} identifiers, {cut} events with values cut")
    assert checked > EVENTS * 3
    assert cut < EVENTS


def test_ecs_fields_are_of_their_types(delivered):
    """As for audit events: an index refuses a whole event whose field is of another type."""
    _, directory = delivered
    found = [why for line in lines(directory / "events.ecs") for why in faults(read(line))]
    assert found == []


def test_a_type_that_is_not_in_the_table_passes(tmp_path, start_simulator, program):
    simulator = start_simulator(200, "--set", "event_types=alert")
    entry = {"type": "epdlp", "path": "/api/v2/events/datasearch/alert", "window": "event",
             "page_size": 10000}
    done = run_once(tmp_path, configuration(tmp_path, simulator, sinks(tmp_path),
                                            {"events": [entry]}))
    assert done.code == 0, done.stderr()
    events = [json.loads(line) for line in lines(tmp_path / "events.ocsf")]
    assert {event["class_uid"] for event in events} == {0}
    assert {event["metadata"]["log_name"] for event in events} == {"epdlp"}
    assert not Comparison(simulator.ledger_of("alert"),
                          [ID_OF["raw"](line) for line in lines(tmp_path / "events.raw")]).lost


def test_types_that_the_token_does_not_get_are_told_once_and_hold_nobody_up(
        tmp_path, start_simulator, program):
    simulator = start_simulator(100, "--set", "event_types=all", "--set",
                                "refused_types=network,page")
    config = configuration(tmp_path, simulator, sinks(tmp_path), {"events": TYPES})
    done = run_once(tmp_path, config)
    assert done.code == 3  # a tenant refuses, after the others are done
    given = [event_type for event_type in TYPES if event_type not in ("network", "page")]
    rows = raw_by_type(tmp_path)
    assert {event_type: len(rows[event_type]) for event_type in rows} == {
        event_type: 100 for event_type in given}
    checked = command(tmp_path, config, "check", "--json")
    assert checked.code == 1, checked.err
    findings = [finding for finding in checked.json()["findings"]
                if "does not give this token" in finding["what"]]
    assert len(findings) == 1
    assert findings[0]["what"].endswith("page, network")


def people_in_all_types(directory, start_simulator, start_forwarder, **more):
    """The output of seven types whose users are known. Those from before the first picture are not."""
    simulator = start_simulator(50, "--set", "event_types=all", "--live", "10", "--set",
                                "scim_users=3000", "--set", "scim_groups=20")
    forwarder = start_forwarder(configuration(
        directory, simulator, sinks(directory), {"events": TYPES, **tenant(directory), **more}))
    picture_taken_since(forwarder, 1)
    for event_type in TYPES:
        forwarder.until_metric("events_identified_total", lambda found: found >= 20, 40,
                               stream=event_type, result="found")
    assert forwarder.stop() == 0


def test_people_are_shown_in_events_of_every_type(tmp_path, start_simulator, start_forwarder,
                                                  program):
    people_in_all_types(tmp_path, start_simulator, start_forwarder)
    assert_valid_ocsf(lines(tmp_path / "events.ocsf"))
    ecs = [read(line) for line in lines(tmp_path / "events.ecs")]
    assert [why for event in ecs for why in faults(event)] == []
    found = Counter()
    for ocsf, event, raw, cef, leef in zip(map(json.loads, lines(tmp_path / "events.ocsf")), ecs,
                                           *(lines(tmp_path / f"events.{name}")
                                             for name in ("raw", "cef", "leef"))):
        user = ocsf.get("actor", {}).get("user", {"name": "Unknown"})
        if "enrichments" not in ocsf:
            assert user["name"] == "Unknown" and "identity" not in event["netskope"]
            assert b"actorIdentity" not in cef and b"usrIdentity" not in leef
            continue
        shown = enrichment(ocsf, "actor.user")
        status = shown["data"]["status"]
        assert shown["value"] == user["name"]
        assert event["netskope"]["identity"]["actor"]["status"] == status
        assert f'{{"status":"{status}"'.encode() in cef and b"actorIdentity" in cef
        assert f"usrIdentity={status}".encode() in leef.split(b"\t")
        if status != "found":
            assert "display_name" not in user and "full_name" not in event["user"]
            continue
        found[ocsf["metadata"]["log_name"]] += 1
        assert user["display_name"].startswith("Person ") and len(user["groups"]) == 5
        assert (event["user"]["id"], event["user"]["full_name"]) == (user["uid"],
                                                                     user["display_name"])
        assert f"usrScimId={user['uid']}".encode() in leef.split(b"\t")
        assert user["uid"].encode() not in raw
        if "userkey" in json.loads(raw):
            assert "userkey" in ocsf["unmapped"]
    print(f"found: {dict(found)}")
    assert sorted(found) == sorted(TYPES) and min(found.values()) >= 20


def test_whoever_is_hidden_does_not_come_back_in_any_type(tmp_path, start_simulator,
                                                          start_forwarder, program):
    key = tmp_path / "key"
    key.write_text("0f1e2d3c4b5a69788796a5b4c3d2e1f0\n")
    people_in_all_types(tmp_path, start_simulator, start_forwarder,
                        privacy={"hash": ["user"], "key_file": str(key)})
    for format in FORMATS:
        text = (tmp_path / f"events.{format}").read_bytes()
        assert re.findall(rb"[\w.-]+@(?!hmac\.invalid)\w[\w.-]+", text) == []
        assert b"Person " not in text
        assert format == "raw" or b"hmac-" in text and b"found" in text


def test_the_budget_is_shared_fairly_and_nothing_new_waits_for_revisits(
        tmp_path, start_forwarder, start_simulator, program):
    """Seven streams on a budget that is just enough; their windows come due to be walked again."""
    simulator = start_simulator(0, "--set", "event_types=all", "--live", "2")
    config = configuration(tmp_path, simulator, sinks(tmp_path)[:1], {
        "events": TYPES, "poll_interval": "2s", "rate_limit": "420/min", "burst": 7,
        "start": "10s",
        "paging": {"length": "2s", "settle": "1s", "revisit": ["3s", "6s"]}})
    forwarder = start_forwarder(config)
    before = {}

    def warm():
        stats = simulator.stats()["event_types"]
        before.update({name: stats[name]["requests"] for name in TYPES})
        return all(count >= 3 for count in before.values())
    until(warm, 10, "each stream has asked")
    start, begun = dict(before), time.monotonic()
    until(lambda: sum(simulator.stats()["event_types"][name]["requests"] - start[name]
                      for name in TYPES) >= 63, 20, "the budget is used")
    asked = {name: simulator.stats()["event_types"][name]["requests"] - start[name]
             for name in TYPES}
    lags = [forwarder.metric("lag_seconds", stream=name) for name in TYPES]
    print(f"requests {asked}, lag {lags}")
    assert max(asked.values()) <= 2 * min(asked.values())
    assert sum(asked.values()) <= 7 * (time.monotonic() - begun + 1)
    metrics = forwarder.metrics()
    assert all(metrics.get("windows_total", stream=name) > 0 for name in TYPES)


def test_print_and_schema_know_both_forms(tmp_path, start_simulator, program):
    simulator = start_simulator(0)
    config = configuration(tmp_path, simulator, sinks(tmp_path)[:1], {"events": [
        "alert", {"type": "epdlp", "path": "/api/v2/events/datasearch/epdlp"}]})
    file = tmp_path / "both.yaml"
    file.write_text(json.dumps(config))
    printed = subprocess.run([PROGRAM, "config", "print", "-c", file], capture_output=True,
                             text=True, timeout=30)
    assert "events: [alert, {type: epdlp, path: " in printed.stdout, printed.stdout
    config["tenants"][0]["events"] = ["alerts", {"type": "x", "path": "https://elsewhere.example"}]
    file.write_text(json.dumps(config))
    refused = subprocess.run([PROGRAM, "check", "--offline", "-c", file], capture_output=True,
                             text=True, timeout=30)
    told = refused.stdout + refused.stderr
    assert "did you mean `alert`?" in told and "is no path of the API" in told, told
