# SPDX-License-Identifier: Apache-2.0
"""A simulated tenant: netskope-simulator with a ledger of every event it ever showed."""
import json
import urllib.request
from pathlib import Path

from processes import BIN, Process

TOKEN = "test-rest-token-0123456789abcdef"


class Simulator(Process):
    def __init__(self, directory, events=0, *flags, certificates=None, name="simulator"):
        self.ledger_file = Path(directory) / f"{name}.ledger"
        self.token_file = Path(directory) / f"{name}.token"
        self.token_file.write_text(TOKEN + "\n")
        argv = [BIN / "netskope-simulator", "--listen", "127.0.0.1:0", "--events", events,
                "--ledger", self.ledger_file, "--token-file", self.token_file, *flags]
        if certificates:
            argv += ["--tls-cert", certificates.cert, "--tls-key", certificates.key]
        super().__init__(argv, directory, name)
        self.url = self.wait_for_line("listening on ").removeprefix("listening on ")

    def ledger_of(self, event_type):
        """The ids of the events of another type than audit that are visible so far."""
        path = self.ledger_file.with_name(f"{self.ledger_file.name}.{event_type}")
        text = path.read_bytes()
        return [json.loads(line)["name"]
                for line in text[: text.rfind(b"\n") + 1].splitlines()]

    def ledger(self):
        """The names of the events visible so far, which are the ids of rows that have one. Events
        whose rows are equal to the byte share theirs."""
        return [line["name"] for line in self.ledger_lines()]

    def ledger_lines(self):
        """What docs/SIMULATOR.md says of each event; a line still being written is left out."""
        text = self.ledger_file.read_bytes()
        return [json.loads(line) for line in text[: text.rfind(b"\n") + 1].splitlines()]

    def stats(self):
        with urllib.request.urlopen(self.url + "/_simulator/stats", timeout=10) as answer:
            return json.load(answer)

    def fault(self, mode):
        """Any fault of docs/SIMULATOR.md, or none."""
        request = urllib.request.Request(
            f"{self.url}/_simulator/fault?mode={mode}", method="POST", data=b"")
        urllib.request.urlopen(request, timeout=10).close()
