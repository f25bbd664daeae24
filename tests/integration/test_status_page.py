# SPDX-License-Identifier: Apache-2.0
"""The status page: its data, its policy, and in a real browser what a person sees of it in three
states, light and dark, on a phone and on a desk; nothing is loaded from elsewhere, nothing complains,
and axe finds nothing against its accessibility."""
import json
import os
import re
import subprocess
import urllib.request
from pathlib import Path

import pytest

from browser import CHROMIUM, Browser
from forwarder import configuration, file_sink
from processes import ROOT
from simulator import TOKEN
from waiting import until

AXE = ROOT / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
# Where pictures are kept, made small: those of docs/STATUS.md are docs/images.
PICTURES = os.environ.get("NSF_PICTURES")


@pytest.fixture
def in_state(tmp_path, start_simulator, start_forwarder):
    """in_state(name) → a forwarder with one tenant in that state beside a healthy one."""

    def start(state):
        flags = {"healthy": (2_000, "--live", 20),
                 "backlog": (200_000, "--delay-ms", 50),
                 "blocked": (100, "--set", "faults=401:1000")}[state]
        simulators = [start_simulator(2_000, "--live", 20, "--rate-limit", "240/min", name="acme"),
                      start_simulator(*flags, name="globex")]
        config = configuration(tmp_path, simulators[0], [
            file_sink(tmp_path / "out"),
            {**file_sink(tmp_path / "ocsf", format="ocsf"), "name": "archive"}],
            tenant={"token_expires": "2099-01-01", "rate_limit": "240/min", "burst": 4,
                    "poll_interval": "2s"})
        second = {**config["tenants"][0], "name": "globex", "url": simulators[1].url}
        # It runs where its files are, and pictures show no path of the tests.
        for tenant, simulator in zip((config["tenants"][0], second), simulators):
            tenant["token_file"] = simulator.token_file.name
        if state == "backlog":
            second |= {"rate_limit": "120/min", "burst": 2, "page_size": 200}
        config["tenants"].append(second)
        forwarder = start_forwarder(config)
        wanted = {"healthy": "healthy", "backlog": "catching_up", "blocked": "blocked"}[state]
        until(lambda: status(forwarder) and state_of(forwarder, "globex") == wanted
              and state_of(forwarder, "acme") == "healthy", 60, f"globex to be {wanted}")
        if state == "backlog":
            until(lambda: stream_of(forwarder, "globex").get("lag_seconds"), 60, "a lag")
        return forwarder

    return start


def status(forwarder):
    code, text = forwarder.get("/status.json")
    return json.loads(text) if code == 200 else None


def stream_of(forwarder, tenant):
    return next(s for s in status(forwarder)["streams"] if s["tenant"] == tenant)


def state_of(forwarder, tenant):
    return stream_of(forwarder, tenant)["state"]


def test_the_status_is_whole_and_holds_no_secret(in_state):
    forwarder = in_state("blocked")
    page = status(forwarder)
    assert page["schema"] == 1
    assert page["states"]["healthy"] == page["states"]["blocked"] == 1
    blocked = stream_of(forwarder, "globex")
    assert blocked["reason"] == "unauthorized"
    assert "401" in blocked["last_error"] and "no restart" in blocked["last_error"]
    healthy = stream_of(forwarder, "acme")
    counts = healthy["events"]
    for sink in ("out", "archive"):
        at_sink = counts["sinks"][sink]
        assert counts["received"] == sum(counts[part] for part in (
            "out_of_window", "deduplicated", "filtered", "pending")) + at_sink["delivered"] + \
            at_sink["dead_lettered"]
    assert sum(day["events"] for day in healthy["completeness"]["days"]) > 1_000
    assert {sink["name"]: sink["ok"] for sink in page["sinks"]} == {"out": True, "archive": True}
    for path in ("/", "/status.json", "/metrics", "/readyz", "/healthz", "/nothing"):
        assert TOKEN not in forwarder.get(path)[1]
    assert TOKEN not in forwarder.stderr()
    # One tenant that is refused stops no rollout; asked for by name it does.
    assert forwarder.get("/readyz")[0] == 200
    assert forwarder.get("/readyz?tenant=globex")[0] == 503


@pytest.mark.long
@pytest.mark.skipif(not CHROMIUM, reason="NOT RUN, chromium is not installed")
@pytest.mark.parametrize("state", ["healthy", "backlog", "blocked"])
def test_the_page_in_a_browser(tmp_path, in_state, state):
    forwarder = in_state(state)
    # A plot needs two steps of ten seconds; to be looked at, two minutes.
    steps = 14 if PICTURES else 3
    until(lambda: len(stream_of(forwarder, "acme")["events"]["per_second"]) >= steps, 180, "a plot")
    browser = Browser(tmp_path)
    try:
        for width, device in ((1280, "desktop"), (390, "phone")):
            for dark in (False, True):
                look(browser, forwarder, width, dark)
                shade = "dark" if dark else "light"
                picture = Path(PICTURES or tmp_path) / f"status-{state}-{device}-{shade}.png"
                browser.picture(picture)
                if PICTURES:
                    subprocess.run(["pngquant", "--force", "--ext", ".png", "--strip", "32",
                                    picture], check=True)
                judge(browser, forwarder, state, width)
    finally:
        browser.close()


def look(browser, forwarder, width, dark):
    browser.complaints.clear()
    browser.requested.clear()
    browser.call("Page.setBypassCSP", enabled=False)
    browser.open(forwarder.http + "/", width, 900, dark)
    until(lambda: browser.evaluate("document.querySelectorAll('#streams .card').length") == 2, 20,
          "two cards")


def judge(browser, forwarder, state, width):
    text = browser.evaluate("document.body.innerText")
    for word in {"healthy": ["All 2 streams are healthy"],
                 "backlog": ["Catching up", "left", "since"],
                 "blocked": ["Blocked", "unauthorized", "no restart is needed"]}[state]:
        assert word in text, text
    assert browser.evaluate("document.documentElement.scrollWidth") <= width, "it scrolls sideways"
    # The filter.
    browser.evaluate("document.getElementById('name').value = 'globex';"
                     "document.getElementById('name').dispatchEvent(new Event('input'))")
    assert browser.evaluate("document.querySelectorAll('#streams .card').length") == 1
    assert not browser.complaints, browser.complaints
    assert browser.requested and all(
        url.startswith(forwarder.http + "/") or url == "data:," for url in browser.requested)
    if not AXE.exists():
        pytest.skip("NOT RUN, axe-core is not installed")
    browser.evaluate("document.getElementById('name').value = '';"
                     "document.getElementById('name').dispatchEvent(new Event('input'))")
    browser.evaluate(AXE.read_text() + "; undefined")
    found = browser.evaluate("axe.run(document).then((r) => JSON.stringify(r.violations.map("
                             "(v) => [v.id, v.help, v.nodes.map((n) => n.html)])))")
    assert json.loads(found) == [], found


def test_the_page_is_served_with_a_policy(in_state):
    forwarder = in_state("healthy")
    with urllib.request.urlopen(forwarder.http + "/", timeout=10) as answer:
        headers, page = answer.headers, answer.read().decode()
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy and "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert not re.findall(r"(?:src|href)=\"(?!data:|status\.json|metrics)", page)
    assert page.count("<script") == page.count("</script>") == 1
