# SPDX-License-Identifier: Apache-2.0
"""README, "From nothing to production", walked through in a Debian with nothing but the package: its
own commands in their order, until events are in Kafka, Prometheus scrapes and the page is green; timed."""
import json
import re
import shutil
import time
import urllib.request

import pytest

import debian_tree
from broker import TopicReader
from browser import CHROMIUM, Browser
from metrics import Metrics
from ports import free_port
from processes import ROOT, Process
from waiting import until

EVENTS = 5_000
pytestmark = [pytest.mark.long,
              pytest.mark.skipif(bool(debian_tree.why_not()), reason=debian_tree.why_not())]


def blocks():
    """The code of the chapter, block by block, comments cut."""
    text = (ROOT / "README.md").read_text()
    chapter = text.partition("## From nothing to production")[2].partition("\n## ")[0]
    return [re.sub(r"\s+#.*", "", code).strip()
            for code in re.findall(r"```\w*\n(.*?)```", chapter, re.DOTALL)]


def test_the_chapter_is_the_one_that_is_walked():
    token, topic, file, check, start, scrape = blocks()
    assert token.startswith("install -m 600 ") and topic.startswith("kafka-topics.sh ")
    assert file.startswith("cp ") and check == "netskope-forwarder check"
    assert start.startswith("systemctl enable --now") and scrape.startswith("scrape_configs:")


def test_ten_minutes(tmp_path, release, start_simulator, broker):
    package = release.forwarder
    tree = debian_tree.Tree(tmp_path / "debian")
    shutil.copy(package, tree.root)
    simulator = start_simulator(EVENTS)
    token, topic, file, check, start, scrape = blocks()

    begun = time.monotonic()
    tree.run("apt-get", "-qq", "update")
    tree.run("apt-get", "-qq", "-y", "install", "--no-install-recommends", f"/{package.name}", "curl")
    tree.run("sh", "-ec", f"echo {simulator.token_file.read_text().strip()} | {token}")
    name = broker.empty_topic(re.search(r"--topic (\S+)", topic)[1],
                              int(re.search(r"--partitions (\d+)", topic)[1]))
    edits = (f's|https://acme.goskope.com|{simulator.url}|; '
             f's|brokers: .*|brokers: ["{broker.address}"]|; /token_expires/d')
    config = "/etc/netskope-forwarder/config.yaml"
    tree.run("sh", "-ec", file.replace("editor", f"sed -i '{edits}'"))
    port = free_port()
    tree.run("sh", "-ec", f"echo 'server: {{listen: \"127.0.0.1:{port}\"}}' >>{config}")
    said = tree.run("sh", "-ec", check)
    assert "WRONG" not in said and f"topic {name}" in said, said

    # No systemd runs here: what it would start, as its unit says.
    unit = (tree.root / "usr/lib/systemd/system/netskope-forwarder.service").read_text()
    command = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1]
    assert start.startswith("systemctl enable --now netskope-forwarder")
    forwarder = Process(["chroot", tree.root, "/usr/bin/env", *command.split()], tmp_path,
                        "forwarder")
    reader = TopicReader(broker, name)
    prometheus = None
    try:
        until(lambda: len(reader.ids()) >= EVENTS, 120, "the events of the tenant")
        look = start.splitlines()[2].replace(":9641", f":{port}")
        until(lambda: 'state="healthy"' in tree.run("sh", "-ec", look), 60, "a healthy stream")
        server = f"http://127.0.0.1:{port}"
        status = json.loads(tree.run("curl", "-sf", f"{server}/status.json"))
        assert status["states"]["healthy"] == 1
        seen = what_the_page_says(tmp_path, server)
        prometheus, scraped = scraping(tmp_path, scrape.replace(":9641", f":{port}"))
        until(scraped, 60, "Prometheus to have scraped it")
        took = time.monotonic() - begun
        page = Metrics(tree.run("curl", "-s", f"{server}/metrics"))
        assert page.get("events_delivered_total", tenant="acme") == EVENTS
        assert forwarder.stop() == 0, forwarder.stderr()
    finally:
        for process in (forwarder, prometheus):
            if process:
                process.close()
    print(f"first hour: {took:.0f} s; the page says: {seen}")
    assert took < 600


def what_the_page_says(tmp_path, server):
    """To a person; green, or it fails."""
    if not CHROMIUM:
        return "NOT RUN, chromium is not installed"
    browser = Browser(tmp_path)
    try:
        browser.open(server + "/", 1280, 900, dark=False)
        overall = "document.getElementById('overall')?.innerText"
        until(lambda: browser.evaluate(overall) == "✔ The stream is healthy", 20, "a green page")
        colour = "getComputedStyle(document.querySelector('#streams .state')).color"
        assert browser.evaluate(colour) == "rgb(26, 107, 60)"
        return browser.evaluate(overall)
    finally:
        browser.close()


def scraping(tmp_path, config):
    """A Prometheus with that file, and whether it has the forwarder's metrics."""
    port = free_port()
    file = tmp_path / "prometheus.yml"
    file.write_text("global: {scrape_interval: 1s}\n" + config)
    process = Process(["prometheus", f"--config.file={file}", f"--storage.tsdb.path={tmp_path}/tsdb",
                       f"--web.listen-address=127.0.0.1:{port}"], tmp_path, "prometheus")
    query = f"http://127.0.0.1:{port}/api/v1/query?query=netskope_forwarder_events_delivered_total"

    def scraped():
        try:
            with urllib.request.urlopen(query, timeout=5) as answer:
                return f'"{EVENTS}"'.encode() in answer.read()
        except OSError:
            return False

    return process, scraped
