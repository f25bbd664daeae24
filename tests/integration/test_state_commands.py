# SPDX-License-Identifier: Apache-2.0
"""`state show|export|import|reset`, beside an owner and without one."""
import copy
import json
from collections import Counter

import pytest

from commands import command
from forwarder import configuration, file_sink, run_once
from ledger import assert_all_arrived, ids_in_file
from waiting import until

EVENTS = 300


@pytest.fixture
def walked(tmp_path, start_simulator):
    """A configuration whose tenant is delivered to the file `out` already."""
    simulator = start_simulator(EVENTS)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    assert run_once(tmp_path, config).code == 0
    return simulator, config


def delivered(forwarder, events):
    forwarder.until_metric("events_delivered_total", lambda n: n >= events, 60, tenant="acme")


def test_show_decodes_what_is_known(tmp_path, walked):
    _, config = walked
    shown = command(tmp_path, config, "state", "show")
    assert shown.code == 0, shown.err
    state = shown.json()
    assert state["schema"] == 1 and state["owner"] is None
    [stream] = state["streams"]
    assert (stream["tenant"], stream["stream"], stream["orphan"]) == ("acme", "audit", False)
    assert stream["cursor"]["open"].endswith("Z")
    assert stream["windows"]["known"] > 0
    assert command(tmp_path, config, "state", "show", "--tenant", "other").json()["streams"] == []


def test_show_beside_an_owner_names_it_and_lists_orphans(tmp_path, walked, start_forwarder):
    _, config = walked
    renamed = copy.deepcopy(config)
    renamed["tenants"][0]["name"] = "acme2"
    owner = start_forwarder(renamed)
    owner.until_metric("events_delivered_total", lambda n: n >= EVENTS, 60, tenant="acme2")
    state = command(tmp_path, renamed, "state", "show").json()
    assert f"pid {owner.pid} " in state["owner"]
    assert {s["tenant"]: s["orphan"] for s in state["streams"]} == {"acme": True, "acme2": False}
    assert owner.running()


def test_export_and_import_are_inverse(tmp_path, walked):
    simulator, config = walked
    exported = command(tmp_path, config, "state", "export")
    assert exported.code == 0, exported.err
    elsewhere = {**config, "state": {"type": "sqlite", "path": str(tmp_path / "elsewhere")}}
    imported = command(tmp_path, elsewhere, "state", "import", stdin=exported.out.encode())
    assert imported.code == 0, imported.err
    assert command(tmp_path, elsewhere, "state", "export").out == exported.out
    # What was delivered is known there: nothing comes again.
    assert run_once(tmp_path, elsewhere, name="again").code == 0
    assert_all_arrived(simulator.ledger(), ids_in_file(tmp_path / "out"))


def test_import_replaces_only_what_the_export_covers(tmp_path, walked):
    _, config = walked
    before = command(tmp_path, config, "state", "export").out
    none = command(tmp_path, config, "state", "export", "--tenant", "nobody")
    assert json.loads(none.out)["entries"] == 0
    file = tmp_path / "none.ndjson"
    file.write_text(none.out)
    assert command(tmp_path, config, "state", "import", file).code == 0
    assert command(tmp_path, config, "state", "export").out == before


@pytest.mark.parametrize("damage", ["cut", "newer", "foreign", "garbage", "empty"])
def test_a_damaged_export_changes_nothing(tmp_path, walked, damage):
    _, config = walked
    before = command(tmp_path, config, "state", "export").out
    lines = before.splitlines(True)
    text = {
        "cut": "".join(lines[:-1]),
        "newer": before.replace('state":1', 'state":2', 1),
        "foreign": lines[0].replace('"tenant":""', '"tenant":"x"') + "".join(lines[1:]),
        "garbage": lines[0] + "{]\n",
        "empty": "",
    }[damage]
    done = command(tmp_path, config, "state", "import", stdin=text.encode())
    assert done.code == 5 and "nothing was changed" in done.err, done.err
    assert command(tmp_path, config, "state", "export").out == before


def test_import_needs_the_state_for_itself(tmp_path, walked, start_forwarder):
    _, config = walked
    exported = command(tmp_path, config, "state", "export").out
    owner = start_forwarder(config)
    until(lambda: owner.metrics(), 30, "the owner")
    done = command(tmp_path, config, "state", "import", stdin=exported.encode())
    assert done.code == 5 and f"pid {owner.pid}" in done.err and "stop it" in done.err
    assert owner.running()


@pytest.mark.parametrize("words", [["show"], ["export"], ["reset", "--tenant", "acme"]])
def test_a_damaged_state_is_said(tmp_path, walked, words):
    _, config = walked
    file = tmp_path / "state" / "state.db"
    content = bytearray(file.read_bytes())
    content[: len(content)] = b"\x55" * len(content)
    file.write_bytes(content)
    done = command(tmp_path, config, "state", *words)
    assert done.code == 5 and "damaged" in done.err, done.err


def test_reset_beside_the_owner(tmp_path, walked, start_forwarder):
    """The owner drops the stream's state between two steps, and all of it comes again."""
    simulator, config = walked
    owner = start_forwarder(config)
    until(lambda: owner.metrics(), 30, "the owner")
    done = command(tmp_path, config, "state", "reset", "--tenant", "acme")
    assert done.code == 0, done.err
    assert f"is left to pid {owner.pid}" in done.err
    assert "state-reset acme/audit: done" in done.out
    twice = Counter(simulator.ledger() * 2)
    until(lambda: Counter(ids_in_file(tmp_path / "out")) == twice, 60, "every event again")
    assert owner.stop() == 0
    assert "begins anew" in owner.stderr()


def test_reset_without_an_owner_to_a_time(tmp_path, walked):
    """This process owns the state for as long; the stream begins where it was told to."""
    simulator, config = walked
    times = sorted(line["timestamp"] for line in simulator.ledger_lines())
    middle = times[len(times) // 2]
    done = command(tmp_path, config, "state", "reset", "--tenant", "acme", "--to", iso(middle))
    assert done.code == 0, done.err
    shown = command(tmp_path, config, "state", "show").json()["streams"][0]
    assert shown["cursor"]["open"] == iso(middle) and shown["windows"]["known"] == 0
    assert run_once(tmp_path, config, name="after").code == 0
    again = len(ids_in_file(tmp_path / "out")) - EVENTS
    assert sum(t > middle for t in times) <= again < EVENTS


def test_reset_of_an_orphan(tmp_path, walked, start_forwarder):
    _, config = walked
    renamed = copy.deepcopy(config)
    renamed["tenants"][0]["name"] = "acme2"
    owner = start_forwarder(renamed)
    until(lambda: owner.metrics(), 30, "the owner")
    assert command(tmp_path, renamed, "state", "reset", "--tenant", "acme").code == 0
    streams = command(tmp_path, renamed, "state", "show").json()["streams"]
    assert "acme" not in {s["tenant"] for s in streams}
    nobody = command(tmp_path, renamed, "state", "reset", "--tenant", "nobody")
    assert nobody.code == 2 and nobody.err


def iso(seconds):
    import datetime
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
