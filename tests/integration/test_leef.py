# SPDX-License-Identifier: Apache-2.0
"""LEEF: what a reader written from the vendor's rules reads is what was in the row."""
import json

import pytest

from formatted import format_rows, golden, samples
from hostile_rows import fitted, one_line, random_row
from leef import PREDEFINED, read_leef

ROWS = 3_000
OWN = {"id", "msg", "reason", "objectType", "objectName", "rule", "auditType", "insertionTime",
       "count", "organizationUnit", "supportingData", "otherMembers", "httpMethod", "httpStatus",
       "valuesCut"}
USED = {"cat", "devTime", "sev", "src", "usrName", "accountName", "domain", "url", "isLoginEvent",
        "isLogoutEvent"}


def value(text, limit):
    return one_line(fitted(text, limit))


@pytest.mark.parametrize("line, attributes", [
    ("LEEF:1.0|Microsoft|MSExchange|4.0 SP1|15345|src=192.0.2.0\tdst=172.50.123.1\tsev=5",
     {"src": "192.0.2.0", "dst": "172.50.123.1", "sev": "5"}),
    ("LEEF:2.0|Lancope|StealthWatch|1.0|41|^|cat=anomaly^usrName=joe.black^url=/a?b=c|d",
     {"cat": "anomaly", "usrName": "joe.black", "url": "/a?b=c|d"}),
    ("LEEF:2.0|Vendor|Product|Version|EventID|x5E|sev=10^cat=a", {"sev": "10", "cat": "a"}),
    ("LEEF:2.0|Vendor|Product|Version|EventID|0x09|sev=1\tcat=a b", {"sev": "1", "cat": "a b"}),
])
def test_the_reader_reads_the_vendors_examples(line, attributes):
    assert read_leef(line)[1] == attributes


@pytest.mark.parametrize("line", [
    "CEF:0|a|b|c|d|e|1|", "LEEF:2.0|a|b|c|d", "LEEF:2.0|a|b|c|d|tab|sev=1",
    "LEEF:2.0|a|b|c|d|x09|sev=0", "LEEF:2.0|a|b|c|d|x09|sev=1\tsev=2", "LEEF:2.0|a|b|c|d|x09|sev",
    "LEEF:2.0|a|b|c|d|x09|src=nowhere", "LEEF:2.0|a|b|c|d|x09|devTime=today",
    "LEEF:2.0|a|b|c|d|x09|usrName=" + 256 * "x", "LEEF:2.0|a|b|c||x09|sev=1"])
def test_the_reader_refuses_what_is_no_leef(line):
    with pytest.raises(ValueError):
        read_leef(line)


def test_own_keys_are_none_of_the_predefined():
    assert not OWN & PREDEFINED
    assert USED < PREDEFINED


def test_every_line_is_leef():
    for line in golden("leef.txt") + samples("leef", ROWS):
        try:
            header, attributes = read_leef(line.decode())
        except ValueError as error:
            raise AssertionError(f"{error}: {line.decode()}") from error
        assert header[:3] == ["Netskope", "Security Cloud", "v2"]
        assert attributes.keys() <= OWN | USED


def test_hostile_values_are_read_back(chance):
    rows = [random_row(chance, number) for number in range(ROWS)]
    for row, line in zip(rows, format_rows("leef", rows)):
        _, read = read_leef(line.decode())
        assert read["id"] == row["_id"]
        assert read["devTime"] == str(row["timestamp"] * 1000)
        assert read["usrName"] == value(row["user"], 255)
        assert read["msg"] == value(row["audit_log_event"], 1023)
        assert read["auditType"] == value(row["type"], 1023)
        assert read["organizationUnit"] == value(row["organization_unit"], 1023)
        assert read.get("src") == row.get("srcip")
        assert read.get("count", "1") == str(row["count"])
        if len(read["supportingData"].encode()) < 3990:
            assert json.loads(read["supportingData"]) == row["supporting_data"]
        if len(read["otherMembers"].encode()) < 3990:
            others = json.loads(read["otherMembers"])
            assert others.items() <= row.items()
            name = next(name for name in row if name.startswith("x"))
            assert others[name] == row[name]
