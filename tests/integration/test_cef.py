# SPDX-License-Identifier: Apache-2.0
"""CEF: what Elastic's parser reads is what was in the row."""
import json

from formatted import format_rows, golden, samples, understood_cef
from hostile_rows import fitted, one_line, random_row

ROWS = 3_000
LABELS = {"cs1": "supportingData", "cs2": "organizationUnit", "cs3": "object", "cs4": "objectType",
          "cs5": "rule", "cs6": "otherMembers", "cn1": "httpStatus", "cn2": "valuesCut",
          "c6a2": "Source IPv6 Address", "deviceCustomDate1": "insertionTime"}
KEYS = {"rt", "end", "externalId", "deviceExternalId", "cat", "suser", "suid", "duser", "src",
        "act", "outcome", "reason", "cnt", "msg", "request", "requestMethod"}
# Of the dictionary; the header's are of the format.
LIMITS = {"deviceExternalId": 255, "cat": 1023, "suser": 1023, "suid": 1023, "duser": 1023,
          "act": 63, "outcome": 63, "reason": 1023, "msg": 1023, "request": 1023,
          "requestMethod": 1023, **{f"cs{n}": 4000 for n in range(1, 7)}}


def value(text, limit):
    return one_line(fitted(text, limit), kept="\r\n")


def faults(event):
    """What is against the rules, though the parser lets it pass."""
    extensions = event["extensions"]
    if event.get("error"):
        yield event["error"]
    if (event["version"], event["vendor"], event["product"]) != (0, "Netskope", "Security Cloud"):
        yield "not our header"
    if event["severity"] not in ("1", "3", "5", "8"):
        yield f"severity {event['severity']}"
    if len(event["name"].encode()) > 512 or len(event["class_id"].encode()) > 1023:
        yield "the header is too long"
    for key, text in extensions.items():
        if key.endswith("Label") and LABELS.get(key[:-5]) == text and key[:-5] in extensions:
            continue
        if key not in KEYS and extensions.get(key + "Label") != LABELS.get(key, ""):
            yield f"{key} is not ours"
        if len(text) > LIMITS.get(key, len(text)):
            yield f"{key} is too long"
    if "." not in extensions.get("src", "."):
        yield "src is not IPv4"


def test_every_line_is_understood():
    lines = golden("cef.txt") + samples("cef", ROWS)
    found = [f"{'; '.join(why)}: {line.decode()}"
             for line, event in zip(lines, understood_cef(lines)) if (why := list(faults(event)))]
    assert not found, "\n".join(found[:5])


def test_hostile_values_are_read_back(chance):
    rows = [random_row(chance, number) for number in range(ROWS)]
    events = understood_cef(format_rows("cef", rows))
    assert len(events) == len(rows)
    for row, event in zip(rows, events):
        assert not list(faults(event)), (row, event)
        read = event["extensions"]
        text = row["audit_log_event"]
        assert event["name"] == one_line(fitted(text, 512))
        assert read["msg"] == value(text, 1023)
        assert read["externalId"] == row["_id"]
        assert read["rt"] == read["end"] == str(row["timestamp"] * 1000)
        assert read["suser"] == value(row["user"], 1023)
        other = row.get("ur_normalized", row["user"])
        assert read.get("suid", "") == (value(other, 1023) if other != row["user"] else "")
        assert read["cat"] == value(row["type"], 1023)
        assert read["cs2"] == value(row["organization_unit"], 4000)
        assert read.get("src", read.get("c6a2")) == row.get("srcip")
        assert read.get("cnt", "1") == str(row["count"])
        if len(read["cs1"].encode()) < 3990:
            assert json.loads(read["cs1"]) == row["supporting_data"]
        name = next(name for name in row if name.startswith("x"))
        if len(read["cs6"].encode()) < 3990:
            assert json.loads(read["cs6"]) == {name: row[name]}


def test_what_was_cut_is_counted(chance):
    rows = [random_row(chance, number) for number in range(ROWS)]
    for row, event in zip(rows, understood_cef(format_rows("cef", rows))):
        read = event["extensions"]
        text = row["audit_log_event"]
        if value(text, 512) != value(text, 10_000):
            assert int(read["cn2"]) >= 1
        elif "cn2" in read:
            assert any(len(read[key].encode()) > 1000 for key in ("suser", "cs1", "cs6"))
