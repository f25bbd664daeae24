# SPDX-License-Identifier: Apache-2.0
"""The image, built from its Dockerfile and run as an engine would: any user, nothing to write but the
volume. The package that it installs is built here, as it ships."""
import json
import os
import random
import re
import shutil
import subprocess
import time

import pytest

import debian_tree
from broker import TopicReader
from ledger import assert_all_arrived
from metrics import Metrics
from ports import free_port
from processes import ROOT
from waiting import until

EVENTS = 20_000
pytestmark = [pytest.mark.long,
              pytest.mark.skipif(bool(debian_tree.why_not()), reason=debian_tree.why_not())]


@pytest.fixture(scope="module")
def image(images, release):
    return images.build(release.source, "forwarder", "--build-arg", "PACKAGE=given")


def size_of(root):
    return int(debian_tree.sh("du", "-sx", "--block-size=1", root).split()[0])


def test_what_the_image_says(images, image):
    config = images.settings(image)
    assert config["User"] == "65532:65532"
    assert config["Entrypoint"] == ["/usr/bin/netskope-forwarder"] and config["Cmd"] == ["run"]
    assert config["Healthcheck"]["Test"] == ["CMD", "/usr/bin/netskope-forwarder", "health"]
    assert list(config["Volumes"]) == ["/var/lib/netskope-forwarder"]
    labels = config["Labels"]
    assert labels["org.opencontainers.image.title"] == "netskope-forwarder"
    assert {"licenses", "version", "revision"} <= {name.rsplit(".", 1)[1] for name in labels}


def test_it_is_small_and_says_what_is_in_it(images, image):
    root = images.unpacked(image)
    beyond = size_of(root) - size_of(images.unpacked("localhost/base"))
    print(f"image: {beyond / 1e6:.1f} MB beyond its base")
    assert beyond <= 60e6
    listed = json.loads(open(f"{root}/usr/share/sbom/netskope-forwarder.cdx.json").read())
    assert listed["bomFormat"] == "CycloneDX"
    names = {component["name"]: component["version"] for component in listed["components"]}
    installed = debian_tree.sh("dpkg-query", f"--admindir={root}/var/lib/dpkg", "-W", "-f",
                               "${Package} ${Version}\n").splitlines()
    assert dict(line.split() for line in installed) == names
    assert "netskope-forwarder" in names and "librdkafka1" in names
    assert not [tool for tool in ("g++", "cmake", "git", "curl") if shutil.which(
        tool, path=f"{root}/usr/bin")]


def test_it_forwards_to_kafka(tmp_path, images, image, start_simulator, broker):
    simulator = start_simulator(EVENTS)
    topic = broker.empty_topic("security.netskope.audit")
    broker.empty_topic("security.netskope.audit.dlq")
    user, port = random.randrange(100_000, 2_000_000_000), free_port()
    print(f"user {user}")
    token, volume, secrets = (tmp_path / name for name in ("netskope-token", "volume", "secrets"))
    token.write_bytes(simulator.token_file.read_bytes())
    token.chmod(0o644)
    volume.mkdir()
    os.chown(volume, user, 0)
    config = ROOT / "deploy/container/compose/forwarder.yaml"
    root = images.unpacked(image)
    settings = images.settings(image)
    env = [*settings["Env"], f"SIMULATOR_PORT={simulator.url.split(':')[-1]}",
           f"KAFKA_BROKERS={broker.address}", f"METRICS_PORT={port}"]
    mounts = [(config, "/etc/netskope-forwarder/config.yaml"),
              (token, "/run/secrets/netskope-token")]

    def run(name, *words):
        return debian_tree.contained(root, user, volume, [*settings["Entrypoint"], *words],
                                     tmp_path, name, mounts, env)

    begun = time.monotonic()
    forwarder = run("forwarder", *settings["Cmd"])
    reader = TopicReader(broker, topic)
    try:
        until(lambda: len(reader.ids()) >= EVENTS, 120, "the events of the tenant")
        print(f"{EVENTS} events after {time.monotonic() - begun:.1f} s")
        page = subprocess.check_output(["curl", "-sf", f"http://127.0.0.1:{port}/metrics"],
                                       text=True)
        assert Metrics(page).get("events_delivered_total", tenant="simulator") == EVENTS
        status = open(f"/proc/{forwarder.pid}/status").read()
        assert f"Uid:\t{user}\t" in status and "NoNewPrivs:\t1" in status
        assert "CapEff:\t0000000000000000" in status
        health = run("health", *settings["Healthcheck"]["Test"][2:])
        assert health.wait(20) == 0 and health.stdout() == "ok\n", health.stderr()
        begun = time.monotonic()
        assert forwarder.stop() == 0, forwarder.stderr()
        print(f"stopped after {time.monotonic() - begun:.2f} s")
        assert time.monotonic() - begun < 5
    finally:
        forwarder.close()
    assert_all_arrived(simulator.ledger(), reader.ids())
    stopped = run("health-after", *settings["Healthcheck"]["Test"][2:])
    assert stopped.wait(20) == 1
    elsewhere = run("elsewhere", "run", "-c", "/usr/share/doc/netskope-forwarder/examples/no.yaml")
    assert elsewhere.wait(20) == 2
    assert not (volume / "core").exists() and (volume / "state.db").exists()


def test_an_image_builds_the_program_itself(images, release):
    """As `docker build` does it, where nobody has made a package before."""
    root = images.unpacked(images.build(release.source, "simulator"))
    said = debian_tree.sh("chroot", root, "/usr/bin/netskope-simulator", "--version")
    assert re.match(r"netskope-simulator \d", said), said
    listed = json.loads(open(f"{root}/usr/share/sbom/netskope-simulator.cdx.json").read())
    assert "netskope-simulator" in {component["name"] for component in listed["components"]}
    assert not shutil.which("g++", path=f"{root}/usr/bin")


def test_the_root_is_read_only(tmp_path, images, image):
    """The harness of the test above, tried: nothing but the volume takes a file."""
    volume = tmp_path / "volume"
    volume.mkdir()
    os.chown(volume, 4711, 0)
    script = "touch /var/lib/netskope-forwarder/a && ! touch /usr/a && ! touch /run/a && id -u"
    shell = debian_tree.contained(images.unpacked(image), 4711, volume, ["/bin/sh", "-c", script],
                                  tmp_path, "shell")
    assert shell.wait(20) == 0 and shell.stdout() == "4711\n", shell.stderr()
    assert shell.stderr().count("Read-only file system") == 2
