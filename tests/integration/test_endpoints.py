# SPDX-License-Identifier: Apache-2.0
"""/metrics, /healthz and /readyz of a running forwarder."""
import subprocess

import pytest

from forwarder import configuration, file_sink
from waiting import until


@pytest.fixture
def forwarder(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(5_000, "--live", "50")
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    forwarder = start_forwarder(config)
    forwarder.until_metric("events_delivered_total", lambda n: n >= 5_000, 60, tenant="acme")
    forwarder.simulator = simulator
    return forwarder


def test_promtool_takes_the_metrics(forwarder):
    checked = subprocess.run(["promtool", "check", "metrics"], input=forwarder.metrics().text,
                             capture_output=True, text=True, timeout=60)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_identity_holds_at_every_scrape(forwarder):
    goal = forwarder.metric("events_received_total", tenant="acme") + 200

    def scraped():
        metrics = forwarder.metrics()
        assert metrics.identity(tenant="acme", stream="audit", sink="out") == 0
        return metrics.get("events_received_total", tenant="acme") >= goal

    until(scraped, 60, "200 more events")


def test_metrics_say_what_is_known(forwarder):
    metrics = forwarder.metrics()
    assert metrics.get("build_info") == 1
    assert metrics.get("stream_up", tenant="acme", stream="audit") == 1
    assert metrics.get("sink_up", sink="out") == 1
    assert 0 <= metrics.get("lag_seconds", tenant="acme") < 900
    assert metrics.get("requests_total", tenant="acme", code="200") >= 2
    # A counter that has not counted yet is there at 0, so that an alert can rise from it.
    assert metrics.get("requests_total", tenant="acme", code="429") == 0
    assert metrics.get("rate_limited_total", tenant="acme") == 0
    assert metrics.get("events_dead_lettered_total", tenant="acme", sink="out") == 0


def test_healthy_and_ready(forwarder):
    assert forwarder.get("/healthz")[0] == 200
    assert forwarder.get("/readyz")[0] == 200
    assert forwarder.get("/readyz?tenant=acme")[0] == 200
    assert forwarder.get("/etc/passwd")[0] == 404


def test_a_tenant_that_is_away_is_no_reason_to_be_restarted(forwarder):
    forwarder.simulator.fault("503")
    forwarder.until_metric("requests_total", lambda n: n >= 2, 30, tenant="acme", code="503")
    assert forwarder.get("/healthz")[0] == 200
    assert forwarder.get("/readyz")[0] == 200
