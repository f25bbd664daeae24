# SPDX-License-Identifier: Apache-2.0
"""What the simulator showed against what arrived, name for name: as many of each."""
import json
from collections import Counter
from pathlib import Path


def raw_id(text):
    """The row's name: its id, or what the simulator puts in the place of one."""
    # A row may hold bytes that are no UTF-8, and is passed on as it is.
    row = json.loads(text.decode(errors="replace") if isinstance(text, bytes) else text)
    return row if isinstance(row, str) else str(row.get("_id") or row["trace_id"])


def ocsf_id(text):
    return json.loads(text)["metadata"]["original_event_uid"]


def ecs_id(text):
    return json.loads(text)["event"]["id"]


def cef_id(text):
    return (text if isinstance(text, str) else text.decode()).split(" externalId=")[1].split()[0]


def leef_id(text):
    return (text if isinstance(text, str) else text.decode()).split("\tid=")[1].split("\t")[0]


ID_OF = {"raw": raw_id, "ocsf": ocsf_id, "ecs": ecs_id, "cef": cef_id, "leef": leef_id}


def ids_in_file(path, format="raw"):
    """The ids in a file sink's output, without a last line that is still being written."""
    path = Path(path)
    if not path.exists():
        return []
    content = path.read_bytes()
    complete = content[: content.rfind(b"\n") + 1]
    return [ID_OF[format](line) for line in complete.splitlines()]


def ids_in_syslog(receiver, format="raw"):
    """The ids in the messages that rsyslog wrote down."""
    return [ID_OF[format](record["msg"]) for record in receiver.records()]


class Comparison:
    def __init__(self, shown, arrived):
        shown, arrived = Counter(shown), Counter(arrived)
        self.shown = shown.total()
        self.lost = sorted((shown - arrived).elements())
        self.unknown = sorted(arrived.keys() - shown.keys())
        self.repeats = (arrived - shown).total()

    def __str__(self):
        return (f"{self.shown} shown, {len(self.lost)} lost {self.lost[:3]}, "
                f"{len(self.unknown)} unknown {self.unknown[:3]}, {self.repeats} repeated")


def assert_all_arrived(shown, arrived, repeats=0):
    """Nothing lost, nothing invented, and no more repeats than allowed."""
    found = Comparison(shown, arrived)
    assert not found.lost and not found.unknown and found.repeats <= repeats, str(found)
    return found
