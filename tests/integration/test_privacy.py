# SPDX-License-Identifier: Apache-2.0
"""Filters, privacy and one's own rules of classification, in the whole program: what is held back is
counted, persons are in no output, and pseudonyms are those that anyone with the key can compute."""
import collections
import hashlib
import hmac
import json
import re
import subprocess
import sys
import time

from commands import command
from forwarder import Forwarder, configuration, file_sink, run_once
from ledger import assert_all_arrived, ids_in_file
from processes import ROOT
from waiting import until

EVENTS = 6_000  # the simulator's rows have every variation the API is known for
KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
# What is left where an address was is of a domain that is nobody's.
MAIL = re.compile(rb"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
ADDRESS = re.compile(rb"(?<![\w.:])(?:\d{1,3}\.){3}\d{1,3}(?![\w.:])")
OWN_PATH = re.compile(rb"""['"]/api/v2/events/data/audit[?'"]""")


def users_of(line):
    """The names under which an event is by someone."""
    try:
        row = json.loads(line.decode(errors="replace"))
    except ValueError:
        return set()
    if not isinstance(row, dict):
        return set()
    return {row[name] for name in ("user", "ur_normalized") if isinstance(row.get(name), str)}


def pseudonym(name):
    digits = hmac.new(KEY.encode(), b"user\0" + name.lower().encode(), hashlib.sha256).hexdigest()
    return digits[:32] + "@hmac.invalid" if "@" in name else "hmac-" + digits[:32]


def forwarded(directory, simulator, name, output_format, **sections):
    """The lines that one run delivers, and its configuration."""
    (directory / name).mkdir()
    out = directory / name / "events"
    config = configuration(directory / name, simulator, [file_sink(out, output_format)], **sections)
    done = run_once(directory / name, config)
    assert done.code == 0, done.stderr()
    return out.read_bytes().splitlines()


def test_persons_are_in_no_output(tmp_path, program, start_simulator):
    simulator = start_simulator(EVENTS)
    key_file = tmp_path / "key"
    key_file.write_text(KEY + "\n")
    privacy = {"privacy": {"hash": ["user", "ip"], "redact": ["details"],
                           "key_file": str(key_file)}}
    plain = forwarded(tmp_path, simulator, "plain", "raw")
    assert any(MAIL.search(line) for line in plain)
    assert any(ADDRESS.search(line) for line in plain)
    for output_format in ("raw", "ocsf"):
        lines = forwarded(tmp_path, simulator, output_format, output_format, tenant=privacy)
        assert len(lines) == len(plain) == EVENTS
        for line in lines:
            left = [found for found in MAIL.findall(line) if not found.endswith(b"@hmac.invalid")]
            assert not left, line
            assert not ADDRESS.search(line), line
    with open(tmp_path / "ocsf" / "events", "rb") as events:
        checked = subprocess.run(
            [sys.executable, ROOT / "tests" / "support" / "validate_ocsf.py"], stdin=events,
            capture_output=True, text=True, timeout=300)
    assert checked.returncode == 0, checked.stdout[-3000:]
    # As many events by each pseudonym as by the user.
    by_user = collections.Counter(
        pseudonym(name) for line in plain for name in users_of(line)
        if name.lower() not in ("", "null", "unknown", "none", "-", "n/a"))
    raw = (tmp_path / "raw" / "events").read_bytes().splitlines()
    by_pseudonym = collections.Counter(name for line in raw for name in users_of(line))
    for name, count in by_user.most_common(20):
        assert by_pseudonym[name] > 0, name
    assert by_user.most_common(1)[0][0] in by_pseudonym


def test_filtered_events_are_counted_and_looked_at_once(tmp_path, program, start_simulator,
                                                        start_forwarder):
    simulator = start_simulator(EVENTS, "--live", "20", "--scenario", "echo")
    plain = forwarded(tmp_path, simulator, "plain", "raw")
    counts = collections.Counter(name for line in plain for name in users_of(line) if "@" in name)
    dropped = counts.most_common(1)[0][0]
    filters = {"filter": {"own_calls": "drop", "own_user": "siem-poller", "drop_users": [dropped]}}
    out = tmp_path / "out"
    config = configuration(tmp_path, simulator, [file_sink(out)], tenant=filters)
    forwarder = start_forwarder(config)

    def scraped():
        metrics = forwarder.metrics()
        if not metrics:
            return False
        assert metrics.identity(tenant="acme", stream="audit", sink="out") == 0
        own = metrics.get("events_filtered_total", tenant="acme", reason="own_call")
        users = metrics.get("events_filtered_total", tenant="acme", reason="user_dropped")
        return own > 3 and users >= counts[dropped] / 2

    until(scraped, 60, "own calls and a user's events are filtered")
    # A restart looks at none of them again, but for what a crash would repeat.
    filtered = forwarder.metric("events_filtered_total", tenant="acme", reason="user_dropped")
    forwarder.stop()
    again = start_forwarder(config, name="again")
    again.until_metric("events_received_total", lambda n: n > 20, 60, tenant="acme")
    metrics = again.metrics()
    assert metrics.identity(tenant="acme", stream="audit", sink="out") == 0
    assert metrics.get("events_filtered_total", tenant="acme", reason="user_dropped") < filtered / 2
    again.stop()
    delivered = out.read_bytes().splitlines()
    assert delivered
    for line in delivered:
        assert dropped.lower() not in {name.lower() for name in users_of(line)}
        own_call = b'"siem-poller"' in line and b"Rest API V2 Call" in line
        assert not (own_call and OWN_PATH.search(line)), line


def test_filtered_events_are_no_holes(tmp_path, program, start_simulator):
    simulator = start_simulator(1_000, "--span", "5h")
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")],
                           tenant={"filter": {"drop_users": ["*.example"]}})
    assert run_once(tmp_path, config).code == 0
    delivered = (tmp_path / "out").read_bytes().splitlines()
    assert 0 < len(delivered) < 500
    whole = command(tmp_path, config, "reconcile", "--mend")
    assert whole.code == 0, whole.out + whole.err
    assert "0 missing" in whole.out and " 0 windows whole" not in whole.out
    # What a filter held back comes when the filter is gone and the range is sent again.
    del config["tenants"][0]["filter"]
    begin, end = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - back))
                  for back in (6 * 3600, 0))
    sent = command(tmp_path, config, "replay", "--from", begin, "--to", end)
    assert sent.code == 0, sent.out + sent.err
    assert_all_arrived(simulator.ledger(), ids_in_file(tmp_path / "out"), repeats=len(delivered))


def test_own_rules_stand_before_those_built_in(tmp_path, program, start_simulator):
    simulator = start_simulator(500)
    rules = tmp_path / "rules.yaml"
    rules.write_text("version: 1\nrules:\n"
                     "  - {id: acme.anything, words: [policy], class: 3004, activity: 99, name: Ours}\n")
    lines = forwarded(tmp_path, simulator, "own", "ocsf", classification=str(rules))
    events = [json.loads(line) for line in lines]
    ours = [event for event in events if event["unmapped"]["ocsf_rule"] == "acme.anything"]
    assert ours
    assert all(event["activity_name"] == "Ours" for event in ours)
    assert {event["class_uid"] for event in events} > {3002, 3004}


def test_rules_with_errors_are_refused_with_their_place(tmp_path, program, start_simulator):
    simulator = start_simulator(0)
    rules = tmp_path / "rules.yaml"
    rules.write_text("version: 1\nrules:\n  - {id: a, verb: creat, class: 3004, activity: 1}\n")
    config = configuration(tmp_path, simulator, [file_sink("-")], classification=str(rules))
    forwarder = Forwarder(tmp_path, config, "--once")
    assert forwarder.wait(30) == 2
    assert f"{rules}:3:19: there is no verb \"creat\"; did you mean `create`?" in forwarder.stderr()
    forwarder.close()
