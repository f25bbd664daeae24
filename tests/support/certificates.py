# SPDX-License-Identifier: Apache-2.0
"""An authority of the tests' own and certificates for localhost, made with openssl."""
import subprocess
from pathlib import Path

NAMES = "DNS:localhost,IP:127.0.0.1"
NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Certificates:
    """ca, cert and key are PEM files; the certificate is good for `names`, for two days from now
    or, with `days_ago`, from then on. The authority is good for a year."""

    def __init__(self, directory, names=NAMES, days_ago=0):
        self.directory = Path(directory)
        self.ca = self.directory / "ca.pem"
        self.cert = self.directory / "srv.pem"
        self.key = self.directory / "srv.key"
        self.ca_key = self.directory / "ca.key"
        self._openssl("req", "-x509", *NEW_KEY, "-keyout", self.ca_key, "-out", self.ca,
                      "-days", "365", "-subj", "/CN=Test authority",
                      "-addext", "keyUsage=critical,keyCertSign", days_ago=days_ago)
        self.certify(names, days_ago)

    def certify(self, names=NAMES, days_ago=0):
        """Another certificate, by the same authority, in the place of the one there is."""
        self._openssl("req", "-x509", *NEW_KEY, "-keyout", self.key, "-out", self.cert,
                      "-days", "2", "-subj", "/CN=localhost", "-CA", self.ca, "-CAkey", self.ca_key,
                      "-addext", f"subjectAltName={names}",
                      "-addext", "basicConstraints=critical,CA:FALSE", days_ago=days_ago)

    def _openssl(self, *arguments, days_ago):
        clock = ["faketime", "-f", f"-{days_ago}d"] if days_ago else []
        subprocess.run([*clock, "openssl", *map(str, arguments)], check=True, capture_output=True)
