# SPDX-License-Identifier: Apache-2.0
"""deploy/examples: every one is a configuration that the program takes, and does what it is called."""
import json
import os
import re
import subprocess

import pytest

from certificates import Certificates
from processes import ROOT

EXAMPLES = sorted((ROOT / "deploy" / "examples").glob("*.yaml"))
# What of each its sinks must promise, and one thing that makes it what it is called.
SAYS = {
    "elastic": ("at least once", "format: ecs"),
    "first": ("best effort", "path: ./state"),
    "kafka": ("at least once", "security.netskope.{stream}"),
    "kafka-mtls": ("at least once", "ssl.certificate.location"),
    "kafka-scram": ("at least once", "SCRAM-SHA-512"),
    "qradar": ("at least once", "profile: qradar"),
    "sentinel": ("at least once", "profile: sentinel"),
    "several-tenants": ("at least once", "profile: rsyslog"),
    "splunk": ("at least once", "profile: splunk-sc4s"),
}
# A file of the host that an example names, but for those that need not be there.
OF_THE_HOST = re.compile(r"(/etc/netskope-forwarder/|/run/secrets/)([\w.-]+)")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory):
    """What the examples name, as an operator would have put it there."""
    directory = tmp_path_factory.mktemp("secrets")
    made = Certificates(tmp_path_factory.mktemp("pem"))
    for name in ("acme", "globex", "initech", "privacy-key", "kafka-password"):
        (directory / name).write_text("a-secret-of-the-examples-" + name)
    for name, pem in (("kafka-ca.pem", made.ca), ("syslog-ca.pem", made.ca),
                      ("kafka-client.pem", made.cert), ("kafka-client.key", made.key)):
        (directory / name).write_bytes(pem.read_bytes())
    return directory


def test_all_are_known():
    assert sorted(path.stem for path in EXAMPLES) == sorted(SAYS)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_taken(tmp_path, program, secrets, example):
    text = example.read_text()
    promise, mark = SAYS[example.stem]
    assert mark in text
    (tmp_path / "state").mkdir()
    config = tmp_path / "config.yaml"
    config.write_text(OF_THE_HOST.sub(lambda found: f"{secrets}/{found[2]}", text)
                      .replace(":-/etc/netskope-forwarder/secrets/", f":-{secrets}/"))
    for words in (["check", "--offline", "--json"], ["config", "print"]):
        done = subprocess.run([program, *words, "-c", config], capture_output=True, text=True,
                              cwd=tmp_path, env={**os.environ, "SECRETS": f"{secrets}/"},
                              timeout=30)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "a-secret-of-the-examples" not in done.stdout + done.stderr
        if words[0] == "check":
            told = json.loads(done.stdout)
            assert told["sinks"] and not told["warnings"]
            assert all(promise in sink["guarantee"] for sink in told["sinks"]), told
