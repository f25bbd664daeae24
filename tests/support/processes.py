# SPDX-License-Identifier: Apache-2.0
"""A process under test: started with its output in files, watched, and ended by its own pid."""
import os
import signal
import subprocess
from pathlib import Path

from waiting import until

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("NSF_BIN", ROOT / "build" / "test" / "bin"))


class Process:
    def __init__(self, argv, directory, name, env=None, stdout=None):
        self.name = name
        self.stdout_file = Path(directory) / f"{name}.stdout"
        self.stderr_file = Path(directory) / f"{name}.stderr"
        with open(self.stdout_file, "ab") as out, open(self.stderr_file, "ab") as err:
            self.popen = subprocess.Popen(
                [str(arg) for arg in argv],
                stdin=subprocess.DEVNULL,
                stdout=out if stdout is None else stdout,
                stderr=err,
                cwd=directory,
                env={**os.environ, **(env or {})},
            )

    @property
    def pid(self):
        return self.popen.pid

    def running(self):
        return self.popen.poll() is None

    def stdout(self):
        return self.stdout_file.read_text(errors="replace")

    def stderr(self):
        return self.stderr_file.read_text(errors="replace")

    def wait(self, seconds):
        """The exit code, as the shell says it: 128 + n after signal n."""
        try:
            code = self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"{self.name} still runs after {seconds} s\n{self.stderr()[-3000:]}"
            ) from None
        return code if code >= 0 else 128 - code

    def send(self, number):
        self.popen.send_signal(number)

    def kill(self):
        self.popen.kill()
        self.popen.wait()

    def stop(self, seconds=10):
        """SIGTERM, and the exit code."""
        self.send(signal.SIGTERM)
        return self.wait(seconds)

    def close(self):
        """At the end of a test, whatever has become of it."""
        if self.running():
            self.send(signal.SIGCONT)
            self.kill()

    def rss_bytes(self):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError(f"{self.name} has no resident memory: it has ended")

    def wait_for_line(self, text, seconds=20):
        """The first line of stdout that holds the text."""

        def line():
            if not self.running():
                raise AssertionError(f"{self.name} ended: {self.stderr()[-3000:]}")
            return next((l for l in self.stdout().splitlines(True)
                         if text in l and l.endswith("\n")), None)

        return until(line, seconds, f"'{text}' from {self.name}").rstrip("\n")
