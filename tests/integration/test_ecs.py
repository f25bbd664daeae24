# SPDX-License-Identifier: Apache-2.0
"""ECS: every key is known to ECS or under netskope.*, of its type, and of one type for good."""
import ipaddress
import json
import re
from collections import defaultdict

import pytest

from formatted import format_rows, golden, samples
from hostile_rows import random_row
from processes import ROOT

ROWS = 3_000
FIELDS = json.loads((ROOT / "tests" / "support" / "ecs" / "fields.json").read_text())
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def is_address(value):
    try:
        return bool(ipaddress.ip_address(value))
    except ValueError:
        return False


IS_OF = {
    "keyword": lambda value: isinstance(value, str),
    "wildcard": lambda value: isinstance(value, str),
    "match_only_text": lambda value: isinstance(value, str),
    "constant_keyword": lambda value: isinstance(value, str),
    "long": lambda value: type(value) is int and abs(value) < 2**63,
    "date": lambda value: isinstance(value, str) and DATE.fullmatch(value),
    "ip": lambda value: isinstance(value, str) and is_address(value),
}


def without_repeats(pairs):
    members = dict(pairs)
    assert len(members) == len(pairs), f"a member occurs twice: {pairs}"
    return members


def read(line):
    event = json.loads(line.decode(), object_pairs_hook=without_repeats)
    json.dumps(event, ensure_ascii=False).encode()  # refuses lone surrogates
    return event


def flattened(value, path=""):
    if isinstance(value, dict):
        for name, member in value.items():
            yield from flattened(member, f"{path}.{name}" if path else name)
    else:
        yield path, value


def field_faults(path, value):
    field = FIELDS.get(path)
    if field is None:
        yield f"{path} is not known to ECS"
        return
    if isinstance(value, list) != field.get("array", False):
        yield f"{path} must {'' if field.get('array') else 'not '}be a list"
    for one in value if isinstance(value, list) else [value]:
        if not IS_OF[field["type"]](one):
            yield f"{path} {one!r} is no {field['type']}"
        if "values" in field and one not in field["values"]:
            yield f"{path} {one!r} is none of the allowed values"


def faults(event):
    for path, value in flattened(event):
        if not path.startswith("netskope."):
            yield from field_faults(path, value)
    expected = FIELDS["event.category"]["expected"]
    for kind in event["event"]["type"]:
        if not any(kind in expected[category] for category in event["event"]["category"]):
            yield f"event.type {kind} is expected in none of {event['event']['category']}"
    for required in ("@timestamp", "ecs", "event"):
        if required not in event:
            yield f"{required} is missing"


def type_of(value):
    return type_of(value[0]) if isinstance(value, list) and value else type(value)


@pytest.fixture(scope="module")
def events():
    return [read(line) for line in golden("ecs.ndjson") + samples("ecs", ROWS)]


def test_every_key_is_known_and_of_its_type(events):
    found = [f"{why}: {json.dumps(event)}" for event in events for why in faults(event)]
    assert not found, "\n".join(found[:5])


def test_no_key_changes_its_type(events, chance):
    rows = [random_row(chance, number) for number in range(ROWS)]
    types = defaultdict(set)
    for event in events + [read(line) for line in format_rows("ecs", rows)]:
        for path, value in flattened(event):
            types[path].add(type_of(value))
    changing = {path: kinds for path, kinds in types.items() if len(kinds) > 1}
    assert not changing
    both = [path for path in types if any(other.startswith(path + ".") for other in types)]
    assert not both, "values and objects at once"


def test_hostile_rows_lose_nothing(chance):
    rows = [random_row(chance, number) for number in range(ROWS)]
    for row, line in zip(rows, format_rows("ecs", rows)):
        event = read(line)
        assert not list(faults(event))
        own = event["netskope"]
        assert event["message"] == row["audit_log_event"]
        assert event["event"]["id"] == row["_id"]
        assert event["user"].get("email", event["user"]["name"]) == row["user"]
        assert own["audit"]["organization_unit"] == row["organization_unit"]
        assert own["audit"]["count"] == row["count"]
        supporting = own["audit"]["supporting_data"]
        if "json" in supporting:
            assert json.loads(supporting["json"]) == row["supporting_data"]
        else:
            assert supporting == row["supporting_data"]
        name = next(name for name in row if name.startswith("x"))
        others = json.loads(own["other"]) if "other" in own else own["audit"]
        assert others[name] == row[name]
