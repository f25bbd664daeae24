#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates OCSF events, one JSON object a line, from stdin.

Against the published JSON schema of each event's class (embedded in the package ocsf-json-schema,
so no network is needed), and against the rules that a JSON schema cannot state: identifiers that
are sums of others, captions that belong to identifiers, times in milliseconds.

Tells the first faults of each invalid event; the last line is `N events, M invalid`. Exit code 1
if any is invalid or there are none.
"""
import argparse
import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

FAULTS_TOLD = 5  # of one event
EVENTS_TOLD = 50
SEVERITIES = {0: "Unknown", 1: "Informational", 2: "Low", 3: "Medium", 4: "High"}
STATUSES = {0: "Unknown", 1: "Success", 2: "Failure"}
# Of findings, which are worked on (class 2xxx); that of 99 is the product's own word.
FINDING_STATUSES = {0: "Unknown", 1: "New", 2: "In Progress", 3: "Suppressed", 4: "Resolved",
                    5: "Archived", 6: "Deleted"}
# A time of this century, in milliseconds. Seconds have ten digits, and no schema notices.
EARLIEST, LATEST = 10**12, 10**13


class Schemas:
    """Validators by class and profiles, compiled when first needed."""

    def __init__(self, version):
        self._schemas = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
        self._validators = {}

    def validator(self, class_uid, profiles):
        key = class_uid, tuple(sorted(profiles))
        if key not in self._validators:
            name = self._schemas.lookup_class_name_from_uid(class_uid=class_uid)
            schema = self._schemas.get_class_schema(class_name=name, profiles=list(key[1]))
            self._validators[key] = Draft202012Validator(schema)
        return self._validators[key]


def shortened(message):
    """The schema's messages repeat the value in front of what is wrong with it."""
    return message if len(message) <= 160 else message[:60] + " … " + message[-100:]


def time_faults(event):
    time = event.get("time")
    source = event.get("unmapped", {}).get("time_source")
    if time == 0 and source == "none":
        return  # the row states no time, and the event says so
    if not isinstance(time, int) or not EARLIEST <= time < LATEST:
        yield f"time: {time!r} is no time in milliseconds"


def caption_faults(event):
    is_finding = event["class_uid"] // 1000 == 2
    statuses = FINDING_STATUSES if is_finding else STATUSES
    for name, captions in (("severity", SEVERITIES), ("status", statuses)):
        if is_finding and event.get(name + "_id") == 99:
            continue
        if name in event and captions.get(event.get(name + "_id")) != event[name]:
            yield f"{name}: {event[name]!r} is not the caption of {event.get(name + '_id')!r}"


def rule_faults(event):
    expected = event["class_uid"] * 100 + event.get("activity_id", 0)
    if event.get("type_uid") != expected:
        yield f"type_uid: {event.get('type_uid')!r} is not {expected}"
    if event["class_uid"] // 1000 != event.get("category_uid"):
        yield f"category_uid: {event.get('category_uid')!r} is not that of the class"
    yield from time_faults(event)
    yield from caption_faults(event)


def without_repeats(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice in one object")
    return members


def read(line, unique):
    text = line.decode("utf-8")  # strict: an event that is not UTF-8 is no JSON
    event = json.loads(text, object_pairs_hook=without_repeats if unique else None)
    json.dumps(event, ensure_ascii=False).encode("utf-8")  # refuses lone surrogates
    if not isinstance(event, dict) or not isinstance(event.get("class_uid"), int):
        raise ValueError("not an object with a class_uid")
    return event


def faults(line, schemas, unique):
    try:
        event = read(line, unique)
        validator = schemas.validator(event["class_uid"],
                                      event.get("metadata", {}).get("profiles", []))
    except (ValueError, KeyError, AttributeError) as error:
        yield f"{type(error).__name__}: {error}"
        return
    for fault in validator.iter_errors(event):
        yield "/".join(map(str, fault.absolute_path)) + ": " + shortened(fault.message)
    yield from rule_faults(event)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--version", default="1.8.0", help="of OCSF (default: %(default)s)")
    parser.add_argument("--unique", action="store_true",
                        help="refuse objects that hold a member twice, at any depth")
    options = parser.parse_args()
    schemas = Schemas(options.version)
    count = invalid = 0
    for count, line in enumerate(sys.stdin.buffer, 1):
        found = list(faults(line, schemas, options.unique))
        if not found:
            continue
        invalid += 1
        if invalid <= EVENTS_TOLD:
            print(f"event {count}: " + "; ".join(found[:FAULTS_TOLD]))
    print(f"{count} events, {invalid} invalid")
    return 1 if invalid or not count else 0


if __name__ == "__main__":
    sys.exit(main())
