# SPDX-License-Identifier: Apache-2.0
"""The forwarder under test: a configuration file, the process, its metrics."""
import json
import urllib.error
import urllib.request
from pathlib import Path

from metrics import Metrics
from ports import free_port
from processes import BIN, Process
from waiting import until

PROGRAM = BIN / "netskope-forwarder"


def configuration(directory, simulator, sinks, tenant=None, **sections):
    """A complete configuration: one tenant, nothing that slows a test down. JSON is YAML."""
    directory = Path(directory)
    return {
        "tenants": [{
            "name": "acme",
            "url": simulator.url,
            "token_file": str(simulator.token_file),
            "poll_interval": "1s",
            "rate_limit": "60000/min",
            "burst": 1000,
            **(tenant or {}),
        }],
        "sinks": sinks,
        "state": {"type": "sqlite", "path": str(directory / "state")},
        "dead_letter": {"type": "file", "path": str(directory / "dead-letter.ndjson")},
        "server": {"listen": f"127.0.0.1:{free_port()}"},
        **sections,
    }


def file_sink(path, format="raw", **more):
    return {"name": "out", "type": "file", "path": str(path), "format": format, **more}


def lake(broker, topic, format="raw", **properties):
    """A Kafka sink of that name."""
    return {"name": "lake", "type": "kafka", "brokers": [broker.address], "topic": topic,
            "format": format, "properties": properties}


def kafka_state(topic):
    """The state beside the events of the sink `lake`: exactly once."""
    return {"type": "kafka", "sink": "lake", "topic": topic}


class Forwarder(Process):
    """Runs `run`; start it again with the same configuration to go on from its state."""

    def __init__(self, directory, config, *arguments, name="forwarder", env=None, stdout=None):
        directory = Path(directory)
        (directory / "state").mkdir(exist_ok=True)
        config_file = directory / f"{name}.yaml"
        config_file.write_text(json.dumps(config, indent=2))
        self.http = "http://" + config["server"]["listen"]
        super().__init__([PROGRAM, "run", "-c", config_file.name, *arguments], directory, name,
                         env=env, stdout=stdout)

    def get(self, path):
        """Status and text of an HTTP answer; 0 and why when there is none."""
        try:
            with urllib.request.urlopen(self.http + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def metrics(self):
        """The metrics now; None while nothing answers."""
        status, text = self.get("/metrics")
        return Metrics(text) if status == 200 else None

    def metric(self, name, **labels):
        metrics = self.metrics()
        return metrics.get(name, **labels) if metrics else None

    def until_metric(self, name, good, seconds, **labels):
        """Waits until good(value); a forwarder that ends meanwhile fails the test."""

        def value():
            assert self.running(), f"the forwarder ended: {self.stderr()[-3000:]}"
            now = self.metric(name, **labels)
            return now is not None and good(now)

        until(value, seconds, f"{name}{labels or ''}")


def run_once(directory, config, seconds=120, **more):
    """`run --once` to its end: the process, with its exit code."""
    forwarder = Forwarder(directory, config, "--once", **more)
    try:
        forwarder.code = forwarder.wait(seconds)
    finally:
        forwarder.close()
    return forwarder
