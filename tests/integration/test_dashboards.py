# SPDX-License-Identifier: Apache-2.0
"""Boards, rules and runbooks keep to one set of conventions, and agree with one another and with the
metrics and log lines that the program has."""
import importlib.util
import re
import subprocess

import pytest
import yaml

from boards import BOARDS, panels, queries
from forwarder import configuration, file_sink
from processes import ROOT
from prometheus import RULES, rules
from scim import token_file

RUNBOOKS = ROOT / "docs" / "runbooks"
ALERTS = rules("alerts.yaml")
PANELS = [(board, panel) for board in BOARDS for panel in panels(board)]
UNITS = {"short", "s", "cps", "reqps", "percentunit", "bytes"}


def title(value):
    return value[1]["title"] if isinstance(value, tuple) else None


def test_boards_are_what_the_script_writes():
    spec = importlib.util.spec_from_file_location("build", ROOT / "dashboards" / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    for name, text in build.texts().items():
        assert (ROOT / "dashboards" / "grafana" / name).read_text() == text, \
            "run dashboards/build.py"


@pytest.mark.parametrize("board", BOARDS)
def test_a_board_has_the_variables_of_all(board):
    variables = BOARDS[board]["templating"]["list"]
    assert [v["name"] for v in variables] == ["datasource", "job", "instance", "tenant", "stream",
                                              "sink"]
    assert variables[0]["type"] == "datasource" and variables[0]["query"] == "prometheus"
    for variable in variables[1:]:
        assert variable["label"] and variable["datasource"]["uid"] == "${datasource}"
        assert variable["refresh"] == 2, "read anew with the time range"
        assert variable["query"]["query"].startswith("label_values(netskope_forwarder_")
        if board == "fleet" or variable["name"] != "tenant":
            assert variable["multi"] and variable["includeAll"] and variable["allValue"] == ".+"
    assert BOARDS[board]["editable"] is False
    assert len({panel["id"] for panel in BOARDS[board]["panels"]}) == len(BOARDS[board]["panels"])


def test_rows_stand_in_the_order_in_which_one_asks():
    def rows(board):
        return [panel["title"] for panel in BOARDS[board]["panels"] if panel["type"] == "row"]

    asked = ["Is it fresh?", "Is it complete?", "What is it waiting for?",
             "How much of the budget is used?", "How are the sinks?", "Who are the users?",
             "How is the process?"]
    assert rows("fleet") == asked
    assert rows("tenant") == asked[:-1]


@pytest.mark.parametrize("panel", PANELS, ids=title)
def test_a_panel_says_what_it_shows(panel):
    _, panel = panel
    assert panel["title"] and len(panel["description"]) > 5
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert panel["targets"]
    for target in panel["targets"]:
        assert target["datasource"]["uid"] == "${datasource}" and target["legendFormat"]


@pytest.mark.parametrize("where, expression", queries())
def test_an_expression_keeps_to_the_rules(where, expression):
    for name, labels in re.findall(r"\b([a-z_:0-9]*(?:netskope_forwarder|process)_[a-z_:0-9]+)"
                                   r"(\{[^}]*\})?", expression):
        assert 'job=~"$job"' in labels and 'instance=~"$instance"' in labels, \
            f"{where}: {name} of every job"
        if name.endswith(("_total", "_bucket")):
            assert re.search(r"\b(rate|increase)\(" + name, expression), f"{where}: {name} bare"
    for interval in re.findall(r"\[([^\]]+)\]", expression):
        assert interval == "$__rate_interval", f"{where}: a fixed range"


def test_rules_are_taken_by_promtool():
    checked = subprocess.run(["promtool", "check", "rules", str(RULES / "recording.yaml"),
                              str(RULES / "alerts.yaml")], capture_output=True, text=True,
                             timeout=60)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_has_a_runbook(alert):
    assert re.fullmatch(r"NetskopeForwarder([A-Z][a-z]+)+", alert["alert"])
    assert alert["labels"]["severity"] in {"critical", "warning"}
    notes = alert["annotations"]
    assert notes["summary"] and notes["description"].strip()
    assert notes["runbook_url"] == f"docs/runbooks/{alert['alert']}.md"
    page = (ROOT / notes["runbook_url"]).read_text()
    assert re.findall(r"^#+ (.*)$", page, re.MULTILINE) == [
        alert["alert"], "What it means", "How to see it", "What to do"]
    assert f"[{alert['alert']}]({alert['alert']}.md)" in (RUNBOOKS / "README.md").read_text()


def test_a_runbook_has_an_alert():
    pages = {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"}
    assert pages == {alert["alert"] for alert in ALERTS}


def test_links_of_the_runbooks_lead_somewhere():
    for path in RUNBOOKS.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def failures():
    """The rows of the tables of failures: name, metrics, log line, what to do."""
    text = (RUNBOOKS / "README.md").read_text().split("## Every failure by name")[1]
    found = [[cell.strip() for cell in line.strip("|\n ").split(" | ")]
             for line in text.splitlines() if line.startswith("|")]
    return [row for row in found if row[0] not in ("failure", "---")]


def test_every_failure_has_metric_line_and_advice(tmp_path, start_simulator, start_forwarder):
    """Metrics are those of a running forwarder; lines stand in the program's source."""
    simulator = start_simulator(100, "--set", "scim_users=5")
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")],
                           tenant={"token_expires": "2099-01-01",
                                   "identities": {"token_file": str(token_file(tmp_path))}})
    config["tenants"].append({**config["tenants"][0], "name": "iterated", "source": "iterator"})
    forwarder = start_forwarder(config)
    forwarder.until_metric("identity_users", lambda n: n == 5, 30, tenant="acme")
    forwarder.until_metric("events_delivered_total", lambda n: n >= 100, 30, tenant="acme")
    page = forwarder.metrics().text
    known = set(re.findall(r"^# TYPE (?:netskope_forwarder_)?(\w+)", page, re.MULTILINE))
    known |= {rule["record"] for rule in rules("recording.yaml")}
    # C++ joins neighbouring literals.
    source = "".join(re.sub(r'"\s*\n\s*"', "", path.read_text())
                     for path in (ROOT / "forwarder").rglob("*.cc"))
    rows = failures()
    assert len(rows) > 55
    for row in rows:
        assert len(row) == 4, row
        name, metrics, line, advice = row
        assert advice
        named = re.findall(r"`([\w:]+)(?:\{(\w+)=\"(\w+)\"\})?`", metrics)
        assert named or metrics.startswith("none"), name
        for metric, label, value in named:
            assert metric in known, f"{name}: there is no {metric}"
            if label and label != "code":
                assert f'{label}="{value}"' in page, f"{name}: {metric} has no {label} {value}"
        for phrase in re.findall(r"`([^`]+)`", line):
            assert phrase in source, f"{name}: no line says '{phrase}'"


def test_provisioning_is_yaml_for_grafana():
    folder = ROOT / "dashboards" / "provisioning"
    sources = yaml.safe_load((folder / "datasources" / "prometheus.yaml").read_text())
    assert sources["apiVersion"] == 1 and sources["datasources"][0]["type"] == "prometheus"
    providers = yaml.safe_load((folder / "dashboards" / "netskope-forwarder.yaml").read_text())
    assert providers["apiVersion"] == 1 and providers["providers"][0]["options"]["path"]
