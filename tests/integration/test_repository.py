# SPDX-License-Identifier: Apache-2.0
"""The repository keeps its own rules: layers, headers, line lengths, nothing of one machine."""
import os
import re
import shutil
import subprocess

import pytest

from processes import ROOT

CODE = {".h", ".cc"}
# What a file of each folder may include from our own code. An include line shows its layer.
LAYERS = {
    "include/ports": {"ports"},
    "forwarder/core": {"ports", "core"},
    "forwarder/pipeline": {"ports", "core", "pipeline"},
    "forwarder/adapters": {"ports", "adapters"},
    "forwarder/app": {"ports", "core", "pipeline", "adapters", "app"},
    "simulator": {"tenant", "server"},
}
OURS = {"ports", "core", "pipeline", "adapters", "app"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)


def is_text(path):
    return b"\0" not in path.read_bytes()[:4096]


def repository_files():
    """What the repository holds: by git where there is one, else everything but build/."""
    git = shutil.which("git")
    listed = git and subprocess.run([git, "-C", str(ROOT), "ls-files", "-z"], capture_output=True)
    if listed and listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
    else:
        names = [os.path.relpath(os.path.join(folder, name), ROOT)
                 for folder, _, files in os.walk(ROOT) for name in files]
        names = [name for name in names if not name.startswith(("build/", ".git/"))
                 and "__pycache__" not in name]
    return [ROOT / name for name in sorted(names) if (ROOT / name).is_file()]


FILES = repository_files()
TEXTS = [path for path in FILES if is_text(path)]
SOURCES = [path for path in FILES if path.suffix in CODE]


def name(path):
    return str(path.relative_to(ROOT))


def included(path):
    return INCLUDE.findall(path.read_text())


@pytest.mark.parametrize("folder", LAYERS)
def test_include_lines_obey_the_layers(folder):
    broken = [f"{name(path)} includes {line}"
              for path in SOURCES if name(path).startswith(folder + "/")
              for line in included(path)
              if line.split("/")[0] in OURS | {"tenant", "server"}
              and line.split("/")[0] not in LAYERS[folder]]
    assert not broken, "\n".join(broken)


def test_boxes_of_the_core_stand_in_one_order():
    """None includes, over whatever detour, what includes it: a header alone is no matter of the
    linker's."""
    core = ROOT / "forwarder" / "core"

    def box(part):
        return part if (core / part / "CMakeLists.txt").exists() else "core"

    above = {}
    for path in SOURCES:
        parts = name(path).split("/")
        if parts[:2] == ["forwarder", "core"]:
            own = box(parts[2])
            above.setdefault(own, set()).update(
                box(line.split("/")[1]) for line in included(path) if line.startswith("core/"))
            above[own].discard(own)
    while above:
        lowest = [part for part, below in above.items() if not below & above.keys()]
        assert lowest, {part: sorted(below & above.keys()) for part, below in above.items()}
        for part in lowest:
            del above[part]


def test_an_adapter_knows_no_other_adapter():
    broken = []
    for path in SOURCES:
        parts = name(path).split("/")
        if parts[:2] == ["forwarder", "adapters"]:
            broken += [f"{name(path)} includes {line}" for line in included(path)
                       if line.startswith("adapters/") and line.split("/")[1] != parts[2]]
    assert not broken, "\n".join(broken)


def test_what_decides_is_pure():
    """No I/O, no clock and no library but RapidJSON (in .cc files) and hash functions. Threads
    neither, but that the pipeline hears of outcomes on the threads of the sinks."""
    forbidden = re.compile(
        r"^(thread|condition_variable|future|fstream|iostream|filesystem|cstdio|random|"
        r"unistd\.h|fcntl\.h|sys/.*|netinet/.*|pthread\.h|curl/.*|librdkafka/.*|sqlite3\.h|"
        r"prometheus/.*|spdlog/.*|openssl/(?!(sha|hmac)\.h).*|yaml-cpp/.*|CLI/.*)$")
    for path in SOURCES:
        if name(path).startswith(("forwarder/core/", "forwarder/pipeline/", "include/")):
            lines = included(path)
            bad = [line for line in lines if forbidden.match(line)]
            bad += [line for line in lines if line.startswith("rapidjson/") and path.suffix == ".h"]
            bad += [line for line in lines
                    if line == "mutex" and not name(path).startswith("forwarder/pipeline/")]
            assert not bad, f"{name(path)} includes {bad}"


def test_sources_begin_with_their_licence():
    with_code = {*CODE, ".py", ".sh", ".cmake"}
    scripts = {"tests/run", ".ci/run", "deploy/quickstart"}
    missing = [name(path) for path in TEXTS
               if path.suffix in with_code or name(path) in scripts
               or path.name == "CMakeLists.txt"
               if "SPDX-License-Identifier: Apache-2.0"
               not in "".join(path.read_text().splitlines(True)[:2])]
    assert not missing, "\n".join(missing)


def test_code_keeps_to_a_hundred_columns():
    long = [f"{name(path)}:{number}" for path in SOURCES
            for number, line in enumerate(path.read_text().splitlines(), 1) if len(line) > 100]
    assert not long, "\n".join(long)


def test_headers_are_guarded_by_pragma():
    bare = [name(path) for path in SOURCES
            if path.suffix == ".h" and "#pragma once" not in path.read_text()]
    assert not bare, "\n".join(bare)


def test_nothing_is_left_to_do():
    marks = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
    left = [f"{name(path)}:{number}" for path in TEXTS if path.name != "LICENSE"
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
            if marks.search(line)]
    assert not left, "\n".join(left)


def test_nothing_of_one_machine():
    """No path of a home or of a workplace, and no registry's host: packages come by name."""
    of_a_machine = re.compile(r"(?<![\w.-])/(work|home|root|Users)/\w|/tmp/\w+/\w+")
    of_a_registry = re.compile(r"\b(py" r"pi\.org|pythonhosted\.org|maven\.org|npm" r"js\.org|"
                               r"proxy\.golang\.org|deb\.debian\.org|docker\.io)")
    found = [f"{name(path)}:{number}: {line.strip()[:80]}" for path in TEXTS
             if path.resolve() != (ROOT / "tests/integration/test_repository.py").resolve()
             for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
             if of_a_machine.search(line) or of_a_registry.search(line)]
    assert not found, "\n".join(found)


def test_no_test_sleeps():
    sleeps = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|\bsleep\(")
    allowed = {"tests/support/waiting.py"}  # between two looks at a condition
    found = [f"{name(path)}:{number}" for path in TEXTS
             if name(path).startswith(("tests/unit/", "tests/integration/"))
             and name(path) not in allowed and path.name != "test_repository.py"
             for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
             if sleeps.search(line)]
    assert not found, "\n".join(found)
