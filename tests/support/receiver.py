# SPDX-License-Identifier: Apache-2.0
"""What the real receivers of the tests have in common: a process with ports, certificates and an
output of one JSON object a message, which stay the same over stop() and start()."""
import json
import pathlib
import re
import signal
import socket
import subprocess
import time

from ports import free_port


def make_certificates(directory):
    """ca.pem, and signed by it: server.pem and server.key for localhost and 127.0.0.1, and
    client.pem and client.key."""

    # Quickly made, unlike RSA keys.
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)

    openssl("req", "-x509", *curve, "-nodes", "-days", "2", "-subj", "/CN=Test CA",
            "-keyout", "ca.key", "-out", "ca.pem")
    for name, names in (("server", "DNS:localhost,IP:127.0.0.1"), ("client", "DNS:forwarder")):
        (directory / f"{name}.ext").write_text(f"subjectAltName={names}\n")
        openssl("req", *curve, "-nodes", "-subj", f"/CN={name}",
                "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem")


class SyslogReceiver:
    """A subclass names its ports, writes its configuration and says how it is started."""

    NAME = "receiver"
    STREAM_PORTS = ()    # names of ports; those that accept connections are waited for
    DATAGRAM_PORTS = ()

    def __init__(self, directory):
        self.directory = pathlib.Path(directory).resolve()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.out = self.directory / "out.ndjson"
        self.log = self.directory / f"{self.NAME}.log"
        self.ca_file = self.directory / "ca.pem"
        self.client_files = {"cert_file": str(self.directory / "client.pem"),
                             "key_file": str(self.directory / "client.key")}
        self.ports = {name: free_port() for name in self.STREAM_PORTS}
        self.ports.update({name: free_port(socket.SOCK_DGRAM) for name in self.DATAGRAM_PORTS})
        self.process = None
        if not self.ca_file.exists():
            make_certificates(self.directory)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def fill_in(self, template, target):
        """Writes the configuration: @NAME@ of the template replaced."""
        values = {
            "DIR": self.directory, "OUT": self.out, "CA": self.ca_file,
            "CERT": self.directory / "server.pem", "KEY": self.directory / "server.key",
            **{f"{name.upper()}_PORT": port for name, port in self.ports.items()},
        }
        text = re.sub(r"@([A-Z_]+)@", lambda m: str(values[m[1]]) if m[1] in values else m[0],
                      template.read_text())
        target.write_text(text)

    def command(self):
        """The command line and the environment that differs from ours."""
        raise NotImplementedError

    def start(self):
        """Returns when all ports that accept connections are open."""
        argv, environment = self.command()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=environment)
        deadline = time.monotonic() + 20
        while not all(self._listens(self.ports[name]) for name in self.STREAM_PORTS):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.NAME} did not start: "
                                   f"{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    @staticmethod
    def _listens(port):
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def stop(self, how=signal.SIGTERM):
        """In order with SIGTERM, at once with SIGKILL; returns when the process is gone."""
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def settle(self, quiet=2):
        """Returns when nothing more was written for `quiet` seconds: stopped on a busy machine it
        gives up what it has taken and not written."""
        size, since = -1, time.monotonic()
        while time.monotonic() - since < quiet:
            now = self.out.stat().st_size if self.out.exists() else 0
            if now != size:
                size, since = now, time.monotonic()
            time.sleep(0.1)

    def records(self, transport=None):
        """What has arrived, in order: input, pri, timestamp, host, app, procid, msgid, sd, msg. A
        line that a kill has cut, and one that is still being written, is left out."""
        if not self.out.exists():
            return
        with open(self.out, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    record = json.loads(line)
                except json.JSONDecodeError:
                    continue
                if transport is None or record["input"] == transport:
                    yield record

    def count(self):
        """How many lines are written by now."""
        if not self.out.exists():
            return 0
        with open(self.out, "rb") as lines:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: lines.read(1 << 20), b""))

    def ids(self, transport=None):
        """The event ids that have arrived, in order, from the structured data."""
        return [parameters(record["sd"])["id"] for record in self.records(transport)]


def parameters(structured_data):
    """The parameters of the one SD-ELEMENT, unescaped (RFC 5424 §6.3.3)."""
    found = re.findall(r' ([a-z_]+)="((?:[^"\\\]]|\\.)*)"', structured_data)
    return {name: re.sub(r'\\(["\\\]])', r"\1", value) for name, value in found}
