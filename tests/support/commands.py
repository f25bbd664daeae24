# SPDX-License-Identifier: Apache-2.0
"""Commands that end by themselves, beside a forwarder or without one."""
import json
import subprocess

from forwarder import PROGRAM


class Done:
    def __init__(self, completed):
        self.code = completed.returncode
        self.out = completed.stdout.decode(errors="replace")
        self.err = completed.stderr.decode(errors="replace")

    def json(self):
        return json.loads(self.out)


def command(directory, config, *words, seconds=60, stdin=b""):
    """Runs `netskope-forwarder WORDS -c FILE` with this configuration to its end."""
    file = directory / "command.yaml"
    file.write_text(json.dumps(config, indent=2))
    return Done(subprocess.run([PROGRAM, *[str(word) for word in words], "-c", file],
                               input=stdin, capture_output=True, cwd=directory, timeout=seconds,
                               check=False))
