# SPDX-License-Identifier: Apache-2.0
"""docs/schemas: what is published about each JSON format is what is written."""
import copy
import json
import subprocess
import sys

import pytest
from jsonschema import Draft202012Validator

from formatted import format_rows, golden, samples
from hostile_rows import random_row
from processes import ROOT

SAMPLES = 2_000
# Rows of the golden files that are no rows, or whose members are not of a type a tenant sends.
NO_ROWS = {29, 32, 33, 34, 35, 64, 65}


def schema(format):
    return json.loads((ROOT / "docs" / "schemas" / f"{format}.schema.json").read_text())


def events_of(format):
    """Those of people who are known, too."""
    lines = golden(f"{format}.ndjson") + golden(f"people-{format}.ndjson")
    return [json.loads(line.decode(errors="replace"))
            for line in lines + samples(format, SAMPLES)]


def test_every_json_format_has_a_schema():
    names = {path.name for path in (ROOT / "docs" / "schemas").iterdir()}
    assert names == {f"{format}.schema.json" for format in ("raw", "ocsf", "ecs")}


@pytest.mark.parametrize("format", ["raw", "ocsf", "ecs"])
def test_the_schema_is_one(format):
    Draft202012Validator.check_schema(schema(format))


@pytest.mark.parametrize("format", ["ocsf", "ecs"])
def test_every_event_conforms(format, chance):
    validator = Draft202012Validator(schema(format))
    rows = [random_row(chance, number) for number in range(SAMPLES)]
    hostile = [json.loads(line) for line in format_rows(format, rows)]
    for event in events_of(format) + hostile:
        faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(event)]
        assert not faults, (faults[:3], event)


def test_every_row_conforms_but_what_is_none():
    validator = Draft202012Validator(schema("raw"))
    rows = events_of("raw")
    odd = {number for number, row in enumerate(rows, 1) if not validator.is_valid(row)}
    assert {number for number in odd if number <= len(golden("raw.ndjson"))} == NO_ROWS


def broken(event):
    """The event with each of its members left out, of another type, or with one too many."""
    for path in paths(event):
        for change in (None, 1.5, {"unknown": 1}):
            changed = copy.deepcopy(event)
            *parents, name = path
            place = changed
            for parent in parents:
                place = place[parent]
            if change is None:
                place["unknown to all"] = place.pop(name)
            else:
                place[name] = change
            yield path, change, changed


def paths(value, before=()):
    for name, member in value.items():
        yield (*before, name)
        if isinstance(member, dict):
            yield from paths(member, (*before, name))


@pytest.mark.parametrize("format, own", [("ocsf", "unmapped"), ("ecs", "netskope")])
def test_what_is_broken_does_not_conform(format, own):
    validator = Draft202012Validator(schema(format))
    for event in events_of(format)[:12]:
        for path, change, changed in broken(event):
            if own not in path:  # what is passed on under its own name is of any kind
                assert not validator.is_valid(changed), (path, change)


@pytest.mark.parametrize("kind", ["", "people-", "types-"])
def test_golden_events_are_valid_ocsf(kind):
    judged = subprocess.run(
        [sys.executable, ROOT / "tests" / "support" / "validate_ocsf.py", "--unique"],
        input=b"".join(line + b"\n" for line in golden(kind + "ocsf.ndjson")), capture_output=True,
        timeout=120)
    assert judged.returncode == 0, judged.stdout.decode()[-3000:]
