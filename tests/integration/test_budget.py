# SPDX-License-Identifier: Apache-2.0
"""How much is asked: all that the rate allows while there is a backlog, next to nothing while it is
quiet; and a tenant that answers 429 takes nothing from another."""
import time

from conftest import ALL
from forwarder import configuration, file_sink
from ledger import assert_all_arrived, ids_in_file
from waiting import throughout, until

LABELS = {"tenant": "acme"}


def test_a_backlog_is_asked_for_at_the_rate_that_is_allowed(tmp_path, start_simulator,
                                                            start_forwarder):
    """Each answer takes a second, so that one request at a time would reach a quarter of it. Pages
    a minute of the backlog are as many in the short version as in the long one."""
    page, pages, span = (5_000, 400, "23h") if ALL else (50, 72, "248m")
    simulator = start_simulator(page * pages, "--span", span, "--delay-ms", 1_000,
                                "--rate-limit", "240/min")
    out = tmp_path / "events.ndjson"
    config = configuration(tmp_path, simulator, [file_sink(out)],
                           tenant={"page_size": page, "rate_limit": "240/min", "burst": 4})
    forwarder = start_forwarder(config)

    def received(events):
        forwarder.until_metric("events_received_total", lambda n: n >= events, 300, **LABELS)
        return time.monotonic(), simulator.stats()

    begun, first = received(1)
    # The edge, which follows the backlog, is asked for one page at a time.
    ended, last = received(page * (pages - 3))
    allowed = (ended - begun) * 240 / 60
    asked = last["requests"] - first["requests"]
    print(f"{asked} requests in {ended - begun:.1f} s, of {allowed:.0f} allowed: "
          f"{asked / allowed:.1%}; one at a time would be {60 / 240:.0%}")
    assert asked >= 0.95 * allowed
    # Received are rows twice that stand where two windows meet.
    forwarder.until_metric("events_delivered_total", lambda n: n == page * pages, 300, **LABELS)
    assert simulator.stats()["rate_limited"] == 0
    assert forwarder.metric("rate_limited_total", **LABELS) == 0
    assert forwarder.stop() == 0
    assert_all_arrived(simulator.ledger(), ids_in_file(out))


def test_a_quiet_stream_costs_at_most_two_requests_a_poll(tmp_path, start_simulator,
                                                          start_forwarder):
    """An hour of it, at 1/300 of its length: polls, windows and revisits in proportion."""
    seconds = 12
    poll = 0.1
    simulator = start_simulator(100)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "events.ndjson")], tenant={
        "poll_interval": "100ms",
        "paging": {"length": "1s", "settle": "1s", "revisit": ["3s", "12s"]}})
    forwarder = start_forwarder(config)
    forwarder.until_metric("events_delivered_total", lambda n: n == 100, 30, **LABELS)
    begun, before = time.monotonic(), simulator.stats()["requests"]
    throughout(forwarder.running, seconds, "the forwarder runs")
    passed, asked = time.monotonic() - begun, simulator.stats()["requests"] - before
    print(f"{asked} requests in {passed:.1f} s: {asked * poll / passed:.2f} a poll")
    assert passed / poll / 2 <= asked <= 2 * passed / poll


def test_a_tenant_that_answers_429_takes_nothing_from_another(tmp_path, start_simulator,
                                                              start_forwarder):
    # Rows come in while pages are turned.
    healthy = start_simulator(1_000, "--live", 50)
    limited = start_simulator(1_000, "--live", 50, name="limited")
    out = tmp_path / "events.ndjson"
    config = configuration(tmp_path, healthy, [file_sink(out)])
    first = config["tenants"][0]
    config["tenants"].append({**first, "name": "limited", "url": limited.url,
                              "token_file": str(limited.token_file)})
    forwarder = start_forwarder(config)

    def worst_lag(seconds):
        """Of the healthy tenant."""
        worst = 0

        def looked():
            nonlocal worst
            metrics = forwarder.metrics()
            worst = max(worst, metrics.get("lag_seconds", **LABELS))
            return all(metrics.identity(tenant=tenant, stream="audit", sink="out") == 0
                       for tenant in ("acme", "limited"))

        throughout(looked, seconds, "the metrics add up")
        return worst

    for tenant in ("acme", "limited"):
        forwarder.until_metric("events_delivered_total", lambda n: n > 1_005, 30, tenant=tenant)
    before = worst_lag(3)
    limited.fault("429")
    during = worst_lag(7)
    print(f"lag of the healthy tenant: {before:.2f} s before, {during:.2f} s during")
    assert forwarder.metric("rate_limited_total", tenant="limited") >= 2
    assert forwarder.metric("lag_seconds", tenant="limited") > 5, "the other one does wait"
    # Lag goes by whole seconds of the tenant, and a poll interval is one.
    assert during <= before + 1.5
    limited.fault("none")
    shown = set(healthy.ledger()) | set(limited.ledger())
    until(lambda: shown <= set(ids_in_file(out)), 60, "both tenants' events")
    assert forwarder.stop() == 0
