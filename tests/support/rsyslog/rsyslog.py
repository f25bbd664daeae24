#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real rsyslog for tests: one process with a UDP, a TCP and a TLS input on 127.0.0.1.

As a module:   with Rsyslog(directory) as receiver: ... receiver.tls_port, receiver.ids()
By hand:       rsyslog.py DIRECTORY      (prints the ports, runs until Ctrl-C or SIGTERM)

Needs rsyslogd with its ossl driver, and openssl for the certificates.
"""
import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

TEMPLATE = pathlib.Path(__file__).with_name("rsyslog.conf.in")


def free_port(kind=socket.SOCK_STREAM):
    """A port of 127.0.0.1 that was free a moment ago."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificates(directory):
    """ca.pem, and server.pem/server.key for localhost and 127.0.0.1, signed by it."""

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)

    (directory / "server.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Test CA",
            "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
            "-keyout", "server.key", "-out", "server.csr")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", "server.ext", "-out", "server.pem")


class Rsyslog:
    """The ports, the output and the certificates stay the same over stop() and start()."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory).resolve()
        self.directory.mkdir(parents=True, exist_ok=True)
        self.out = self.directory / "out.ndjson"
        self.ca_file = self.directory / "ca.pem"
        self.udp_port = free_port(socket.SOCK_DGRAM)
        self.tcp_port = free_port()
        self.tls_port = free_port()
        self.process = None
        if not self.ca_file.exists():
            make_certificates(self.directory)
        self._write_configuration()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def _write_configuration(self):
        values = {
            "DIR": self.directory, "OUT": self.out, "CA": self.ca_file,
            "CERT": self.directory / "server.pem", "KEY": self.directory / "server.key",
            "UDP_PORT": self.udp_port, "TCP_PORT": self.tcp_port, "TLS_PORT": self.tls_port,
        }
        text = re.sub(r"@([A-Z_]+)@", lambda m: str(values[m[1]]) if m[1] in values else m[0],
                      TEMPLATE.read_text())
        (self.directory / "rsyslog.conf").write_text(text)

    def address(self, transport):
        """tls://localhost:PORT and the like, as a sink's address."""
        port = {"udp": self.udp_port, "tcp": self.tcp_port, "tls": self.tls_port}[transport]
        return f"{transport}://localhost:{port}"

    def start(self):
        """Returns when all inputs are open."""
        log = open(self.directory / "rsyslogd.log", "ab")
        with log:
            self.process = subprocess.Popen(
                ["rsyslogd", "-n", "-f", str(self.directory / "rsyslog.conf"),
                 "-i", str(self.directory / "rsyslogd.pid")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while not all(self._listens(port) for port in (self.tcp_port, self.tls_port)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"rsyslogd did not start, see {self.directory / 'rsyslogd.log'}")
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
        """What has arrived, in order: input, pri, timestamp, host, app, procid, msgid, sd, msg."""
        if not self.out.exists():
            return
        with open(self.out, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if not line.endswith("\n"):
                    return  # still being written
                record = json.loads(line)
                if transport is None or record["input"] == transport:
                    yield record

    def ids(self, transport=None):
        """The event ids that have arrived, in order, from the structured data."""
        return [unescape(re.search(r' id="((?:[^"\\]|\\.)*)"', record["sd"])[1])
                for record in self.records(transport)]


def unescape(value):
    """A PARAM-VALUE as it was before RFC 5424 §6.3.3."""
    return re.sub(r'\\(["\\\]])', r"\1", value)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: rsyslog.py DIRECTORY")
    with Rsyslog(sys.argv[1]) as receiver:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        for transport in ("udp", "tcp", "tls"):
            print(receiver.address(transport))
        print(f"ca file {receiver.ca_file}\nevents  {receiver.out}", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
