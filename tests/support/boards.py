# SPDX-License-Identifier: Apache-2.0
"""The Grafana boards of dashboards/, read for tests."""
import json

from processes import ROOT

FOLDER = ROOT / "dashboards" / "grafana"
BOARDS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def panels(board):
    """Those that show something."""
    return [panel for panel in BOARDS[board]["panels"] if panel["type"] != "row"]


def queries():
    """(where, expression) of every target of every panel."""
    return [(f"{board}: {panel['title']} ({target['refId']})", target["expr"])
            for board in BOARDS for panel in panels(board) for target in panel["targets"]]


def filled_in(expression, tenant=".+"):
    """As Grafana sends it when all is chosen."""
    for name, value in {"job": ".+", "instance": ".+", "tenant": tenant, "stream": ".+",
                        "sink": ".+"}.items():
        expression = expression.replace(f'"${name}"', f'"{value}"')
    return expression
