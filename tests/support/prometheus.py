# SPDX-License-Identifier: Apache-2.0
"""A Prometheus under test: scrapes each second what it is given, with the rules of dashboards/, and
answers PromQL. Rules are scaled: a run of the tests is shorter than the ranges of the rules."""
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import yaml

from processes import ROOT, Process
from receiver import free_port
from waiting import until

RULES = ROOT / "dashboards" / "prometheus"
SHORT = "10s"


def scaled(expression):
    """With every range as short as a test's run."""
    return re.sub(r"\[(?:\$__rate_interval|\d+[smhd])\]", f"[{SHORT}]", expression)


def rules(file):
    """The rules of a file of dashboards/prometheus, in order."""
    groups = yaml.safe_load((RULES / file).read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


class Prometheus(Process):
    """`targets`: host:port by job."""

    def __init__(self, directory, targets):
        directory = Path(directory) / "prometheus"
        directory.mkdir()
        recording = yaml.safe_load((RULES / "recording.yaml").read_text())
        for rule in recording["groups"][0]["rules"]:
            rule["expr"] = scaled(rule["expr"])
        (directory / "recording.yaml").write_text(yaml.safe_dump(recording))
        (directory / "prometheus.yaml").write_text(yaml.safe_dump({
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s",
                       "evaluation_interval": "1s"},
            "rule_files": ["recording.yaml"],
            "scrape_configs": [{"job_name": job, "static_configs": [{"targets": [target]}]}
                               for job, target in targets.items()]}))
        self.url = f"http://127.0.0.1:{free_port()}"
        super().__init__(
            ["prometheus", f"--config.file={directory}/prometheus.yaml",
             f"--storage.tsdb.path={directory}/data",
             f"--web.listen-address={self.url.removeprefix('http://')}"],
            directory, "prometheus")
        until(self.ready, 30, "Prometheus to be ready")

    def ready(self):
        assert self.running(), self.stderr()[-3000:]
        try:
            with urllib.request.urlopen(self.url + "/-/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def query(self, expression):
        """[(labels, value)] of an instant query; an expression that is none fails."""
        address = self.url + "/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                data = json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{expression}: {error.read().decode()}") from None
        if data["resultType"] == "scalar":
            return [({}, float(data["result"][1]))]
        return [(sample["metric"], float(sample["value"][1])) for sample in data["result"]]
