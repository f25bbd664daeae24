# SPDX-License-Identifier: Apache-2.0
"""How many instructions a row costs at each step, counted by callgrind: the same at every run, and
however busy the machine is. tests/bench/instructions [--write]"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE / "page.json"
RECORD = HERE / "instructions.json"
STEPS = ("Parse", "Normalize", "Raw", "Ocsf", "Ecs", "Cef", "Leef")
MOST_GROWTH = 0.05
# The C library's own choice among its ways to copy and search would be another on another CPU.
PLAIN_CPU = "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-ERMS,-FSRM,-BMI2,-RTM,-MOVBE"


class Unable(Exception):
    """Nothing can be counted here, or nothing that could be compared; says why."""


def compiler(build):
    """What the programs were compiled with: another one makes other instructions."""
    cache = (build / "CMakeCache.txt").read_text()
    path = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache, re.M)[1]
    kind = re.search(r"^CMAKE_BUILD_TYPE:\w+=(.*)$", cache, re.M)[1]
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    return f"{version.stdout.splitlines()[0]}, {kind}"


def count(build):
    """{"compiler": …, "rows": …, "per_row": {step: instructions}}"""
    program = build / "bench" / "counted_steps"
    if not shutil.which("valgrind"):
        raise Unable("valgrind is not installed")
    if not program.exists():
        raise Unable(f"{program} is not built")
    with tempfile.TemporaryDirectory() as directory:
        profile = Path(directory) / "profile"
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", program, PAGE],
            env={**os.environ, "GLIBC_TUNABLES": PLAIN_CPU}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise Unable(f"valgrind: {done.stderr[-1000:]}")
        listed = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100",
                                 profile], capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout)["rows"]
    # The largest stand first; what the compiler inlined stands below, by its own file.
    lines = re.findall(r"^ *([\d,]+) .*:Counted(\w+)", listed.stdout, re.M)
    found = {step: number for number, step in reversed(lines)}
    per_row = {step: round(int(found[step].replace(",", "")) / rows) for step in STEPS}
    return {"compiler": compiler(build), "rows": rows, "per_row": per_row}


def changed(now, recorded):
    """The steps that cost more than the record allows, or so much less that it is out of date; a
    line each."""
    if now["compiler"] != recorded["compiler"]:
        raise Unable(f"counted with {recorded['compiler']}, this is {now['compiler']}")
    lines = []
    for step, before in recorded["per_row"].items():
        after = now["per_row"][step]
        if abs(after - before) > MOST_GROWTH * before:
            lines.append(f"{step}: {before} instructions a row became {after} "
                         f"({100 * (after - before) / before:+.1f} %)")
    return lines


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/instructions", description=__doc__)
    parser.add_argument("--build-dir", type=Path, default=HERE.parents[1] / "build" / "test")
    parser.add_argument("--write", action="store_true", help="records what was counted")
    given = parser.parse_args()
    try:
        now = count(given.build_dir.resolve())
        print("\n".join(f"{step:<10}{n:>7}" for step, n in now["per_row"].items()))
        if given.write:
            RECORD.write_text(json.dumps(now, indent=2) + "\n")
            return
        lines = changed(now, json.loads(RECORD.read_text()))
    except Unable as why:
        sys.exit(f"tests/bench/instructions: {why}")
    if lines:
        sys.exit("\n".join(lines))


if __name__ == "__main__":
    main()
