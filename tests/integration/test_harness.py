# SPDX-License-Identifier: Apache-2.0
"""The tests' own tools: a comparison that misses a loss, or a count that misses a failure, would
make every other test worthless."""
import subprocess

import pytest

from junit_counts import counts
from ledger import assert_all_arrived
from metrics import Metrics
from processes import ROOT


@pytest.mark.parametrize("arrived, repeats, good", [
    (["a", "b", "c"], 0, True),
    (["c", "a", "b"], 0, True),
    (["a", "b"], 9, False),  # lost
    (["a", "b", "c", "d"], 9, False),  # from nowhere
    (["a", "b", "c", "c"], 0, False),  # repeated
    (["a", "b", "c", "c"], 1, True),
    (["a", "a", "b"], 1, False),  # as many as were shown, but not the same
    ([], 0, False),
])
def test_a_difference_is_seen(arrived, repeats, good):
    if good:
        assert_all_arrived(["a", "b", "c"], arrived, repeats)
    else:
        with pytest.raises(AssertionError):
            assert_all_arrived(["a", "b", "c"], arrived, repeats)


def test_metrics_are_read():
    metrics = Metrics('# HELP x y\nnetskope_forwarder_a_total{sink="o",code="200"} 3\n'
                      'netskope_forwarder_a_total{sink="o",code="429"} 1e2\n'
                      'netskope_forwarder_b 0\n')
    assert metrics.get("a_total") == 103
    assert metrics.get("a_total", code="429") == 100
    assert metrics.get("a_total", code="500") is None
    assert metrics.get("b") == 0


def bash(script, *arguments, **more):
    return subprocess.run(["bash", "-c", script, "bash", *map(str, arguments)], cwd=ROOT,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                          **more)


@pytest.mark.parametrize("says, code, expected", [
    ("All tests passed (12 assertions in 3 test cases)", 0, "3 0 0"),
    ("All tests passed (1 assertion in 1 test case)", 0, "1 0 0"),
    ("test cases: 15 | 14 passed | 1 failed\nassertions: 90 | 80 passed | 10 failed", 1, "14 1 1"),
    ("test cases: 2 | 2 failed\nassertions: 5 | 3 passed | 2 failed", 2, "0 2 1"),
    ("test cases: 3 | 2 passed | 1 failed as expected", 0, "2 0 0"),
    ("All tests passed (1 assertion in 1 test case)\nleak found", 23, "1 1 1"),  # a sanitizer
    ("cut off", 139, "0 1 1"),
    ("No tests ran", 0, "0 1 1"),  # a program of tests without a test is a mistake
])
def test_programs_are_counted(tmp_path, says, code, expected):
    program = tmp_path / "build" / "tests" / "some_test"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{says}\nEND\nexit {code}\n")
    program.chmod(0o755)
    lib = ROOT / "tests" / "support" / "run_lib.sh"
    done = subprocess.run(
        ["bash", "-c", '. "$1"; run_program "$2"; count_program "$2" >&2; result=$?; echo "$passed $failed $result"',
         "bash", lib, program],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == expected, done.stderr


def test_a_failed_phase_is_a_failure(tmp_path):
    script = (f'. "{ROOT}/tests/support/run_lib.sh"; build() {{ return 1; }}; '
              'phase build build || finish')
    done = bash(script)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed"


def test_reports_are_counted(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuites><testsuite><testcase/><testcase><failure/></testcase>"
        "<testcase><error/></testcase><testcase><skipped/></testcase></testsuite></testsuites>")
    assert counts(report) == (1, 2)


def test_without_root_the_packages_are_named(tmp_path):
    for command, text in {"dpkg-query": "exit 1", "apt-get": "exit 1", "id": "echo 1000",
                          "sudo": "exit 1"}.items():
        fake = tmp_path / command
        fake.write_text(f"#!/bin/sh\n{text}\n")
        fake.chmod(0o755)
    done = bash('. deploy/lib/packages.sh; PATH=$1:$PATH; install_packages cmake librdkafka-dev',
                tmp_path)
    assert done.returncode == 1
    assert "cmake librdkafka-dev" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("url, name", [
    ("https://acme.goskope.com", "acme"),
    ("https://ACME.eu.goskope.com/", "acme"),
    ("http://127.0.0.1:8080", "127.0.0.1"),
    ("http://localhost:8080", "localhost"),
])
def test_a_tenant_is_named_after_its_host(url, name):
    assert bash('. deploy/lib/quickstart_lib.sh; check_url "$1"; tenant_name "$1"', url).stdout == name


@pytest.mark.parametrize("text, yaml", [
    ("/a b/c", "'/a b/c'"), ("it's", "'it''s'"), ("${HOME}", "'$${HOME}'"), ("a: #b", "'a: #b'"),
])
def test_a_path_is_quoted(text, yaml):
    assert bash('. deploy/lib/quickstart_lib.sh; yaml_string "$1"', text).stdout == yaml
