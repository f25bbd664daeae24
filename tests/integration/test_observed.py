# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus scrapes a run with 429s, a sink that is away, late events, a blocked tenant and
more: what boards, alerts and an operator ask is asked of it."""
import math
import re
import subprocess

import pytest

from boards import filled_in, queries
from conftest import ALL
from processes import ROOT
from prometheus import rules, scaled
from rule_test import minutes, promtool, series
from waiting import until
from watched_run import WatchedRun

# By default what can be asked of a Prometheus after half a minute; with --all, what a stream is after a
# minute, and for how long alerts wait.
# Where the trouble of an alert is staged.
STAGED_IN = {"NetskopeForwarderNotConserved": "account",
             "NetskopeForwarderStateCommitFails": "full"}
ALERTS = {alert["alert"]: alert for alert in rules("alerts.yaml")}
# A stream stalls after a minute.
SLOW = {"NetskopeForwarderStreamStalled"}


@pytest.fixture(scope="module")
def run(tmp_path_factory, program):
    directory = tmp_path_factory.mktemp("observed")
    disk = directory / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)],
                             capture_output=True).returncode == 0
    watched = WatchedRun(directory, disk if mounted else None)
    try:
        watched.go_wrong(seconds=75 if ALL else 8)
        yield watched
    finally:
        watched.close()
        if mounted:
            subprocess.run(["umount", "-l", str(disk)], check=True)


def test_every_panel_has_data(run):
    empty = []
    for where, expression in queries():
        found = run.prometheus.query(scaled(filled_in(expression)))
        if all(math.isnan(value) for _, value in found):
            empty.append(f"{where}: {expression}")
    assert not empty, "\n".join(empty)


@pytest.mark.parametrize("name", [name for name in ALERTS if name != "NetskopeForwarderDown"])
def test_an_alert_becomes_true_where_its_trouble_is(run, name):
    if name in SLOW and not ALL:
        pytest.skip("long: tests/run --all")
    job = STAGED_IN.get(name, "busy")
    if job == "full" and not run.full:
        pytest.skip("NOT RUN, a small file system cannot be mounted here")
    found = run.prometheus.query(scaled(ALERTS[name]["expr"]))
    assert job in {labels["job"] for labels, _ in found}, f"{name}: {found}"
    assert "healthy" not in {labels["job"] for labels, _ in found}, f"{name} is true of all"


@pytest.mark.long
@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_waits_as_long_as_it_says(run, tmp_path, name):
    """Not before `for`, and then it fires; over what the run left."""
    job = STAGED_IN.get(name, "busy")
    if job == "full" and not run.full:
        pytest.skip("NOT RUN, a small file system cannot be mounted here")
    wait = minutes(ALERTS[name].get("for"))
    # Ranges fill up first.
    expectations = [(wait + 20, name, True)]
    if wait:
        expectations.append((wait - 1, name, False))
    inputs = [] if name == "NetskopeForwarderDown" else series(
        job, run.first[job], run.second[job], wait + 30)
    promtool(tmp_path, name, inputs, expectations)


@pytest.mark.long
def test_nothing_fires_in_a_healthy_hour(run, tmp_path):
    inputs = series("healthy", run.first["healthy"], run.second["healthy"], 60)
    assert len(inputs) > 20
    promtool(tmp_path, "healthy", inputs, [(minute, None, False) for minute in (10, 30, 60)])


def questions():
    """The table of docs/METRICS.md: question → expression."""
    text = (ROOT / "docs" / "METRICS.md").read_text().split("## Questions, as PromQL")[1]
    rows = re.findall(r"^\| ([^|`]+?) \| `(.+)` \|", text, re.MULTILINE)
    return dict(rows)


def test_an_operator_is_answered(run):
    asked = questions()
    assert {"fresh?", "complete?", "limited?", "how much of the budget?", "refused?",
            "conserved?"} <= set(asked)
    answers = {question: run.prometheus.query(scaled(expression))
               for question, expression in asked.items()}
    for question, answer in answers.items():
        assert answer, f"{question} has no answer"

    def of(question, **wanted):
        return [value for labels, value in answers[question]
                if wanted.items() <= labels.items()]

    assert max(of("fresh?", tenant="acme")) < 900 < max(of("fresh?", tenant="backlog"))
    assert max(of("complete?", tenant="claims")) > 0 and max(of("complete?", tenant="healthy")) == 0
    assert max(of("limited?", tenant="limited")) > 0
    assert 0 < max(of("how much of the budget?", tenant="acme")) < 1
    assert of("refused?", tenant="refused", reason="unauthorized")
    assert not of("refused?", tenant="acme")
    assert set(of("conserved?", tenant="acme", sink="out")) == {0}
    assert set(of("conserved?", tenant="t")) == {1}
    assert 0 < of("when does the token expire, in days?", tenant="acme")[0] <= 1
    assert of("how wrong is the clock?", tenant="skewed")[0] == pytest.approx(3600, abs=60)
    assert max(of("why does a sink fail?", sink="siem", reason="unavailable")) > 0


def test_the_state_of_each_tenant_is_told(run):
    def state(tenant):
        return {labels["state"] for labels, value in run.prometheus.query(
            f'netskope_forwarder_stream_state{{tenant="{tenant}"}}') if value == 1}

    assert state("healthy") == {"healthy"}
    assert state("limited") == {"throttled"}
    assert state("refused") == {"blocked"}
    if ALL:
        assert state("backlog") == state("sinkless") == {"stalled"}


# Stops them: the last of this file.
def test_silence_is_noticed(run):
    for forwarder in run.forwarders().values():
        forwarder.send(15)
    run.broken_account.shutdown()
    run.broken_account.server_close()
    until(lambda: run.prometheus.query(ALERTS["NetskopeForwarderDown"]["expr"]), 30,
          "absent() to become true")
