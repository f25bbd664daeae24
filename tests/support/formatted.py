# SPDX-License-Identifier: Apache-2.0
"""Rows as events, without the programs around: what the formats' own tests judge."""
import json
import subprocess

from processes import BIN, ROOT

PROGRAMS = BIN.parent / "tests" / "support"
GOLDEN = ROOT / "tests" / "golden"
CEF_READER = ROOT / "build" / "go" / "cef_reader"


def run(program, arguments, lines=()):
    """The lines that a program makes of lines. Only a line feed ends one: a text may hold what
    Python takes for an end of line."""
    assert program.exists(), f"{program} is not built: run tests/run"
    done = subprocess.run([program, *arguments], input=b"".join(line + b"\n" for line in lines),
                          capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.split(b"\n")[:-1]


def format_rows(format, rows):
    """Rows are objects, or bytes as they stand."""
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    made = run(PROGRAMS / "format_rows", [format], lines)
    assert len(made) == len(lines)
    return made


def samples(format, count):
    """Events of every variation of every member."""
    return run(PROGRAMS / "event_samples", [format, str(count)])


def golden(name):
    return (GOLDEN / name).read_bytes().split(b"\n")[:-1]


def understood_cef(lines):
    """What Elastic's parser understands of lines of CEF."""
    return [json.loads(line) for line in run(CEF_READER, [], lines)]
