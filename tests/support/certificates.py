# SPDX-License-Identifier: Apache-2.0
"""An authority of the tests' own and certificates for localhost, made with openssl."""
import subprocess
from pathlib import Path


class Certificates:
    """ca, cert and key are PEM files; the certificate is good for `names`, for two days from now or,
    with `days_ago`, from then on."""

    def __init__(self, directory, names="DNS:localhost,IP:127.0.0.1", days_ago=0):
        self.clock = ["faketime", "-f", f"-{days_ago}d"] if days_ago else []
        self.directory = Path(directory)
        self.ca = self.directory / "ca.pem"
        self.cert = self.directory / "srv.pem"
        self.key = self.directory / "srv.key"
        ca_key = self.directory / "ca.key"
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        self._openssl("req", "-x509", *new_key, "-keyout", ca_key, "-out", self.ca, "-days", "2",
                      "-subj", "/CN=Test authority", "-addext", "keyUsage=critical,keyCertSign")
        self._openssl("req", "-x509", *new_key, "-keyout", self.key, "-out", self.cert,
                      "-days", "2", "-subj", "/CN=localhost", "-CA", self.ca, "-CAkey", ca_key,
                      "-addext", f"subjectAltName={names}",
                      "-addext", "basicConstraints=critical,CA:FALSE")

    def _openssl(self, *arguments):
        subprocess.run([*self.clock, "openssl", *map(str, arguments)], check=True,
                       capture_output=True)
