# SPDX-License-Identifier: Apache-2.0
"""What a release consists of, made by deploy/release of what is committed."""
import os
import shutil

from debian_tree import sh
from processes import ROOT


class Release:
    """`source`: a clone of the repository, ready for an image of the packages; `files`: what was made,
    by name; `packages`: of these, what installs a program."""

    def __init__(self, directory, **env):
        self.source = directory / "source"
        self.source.parent.mkdir(parents=True, exist_ok=True)
        sh("git", "clone", "-q", ROOT, self.source)
        self.directory = directory / "release"
        sh(self.source / "deploy/release", self.directory, seconds=3600, cwd="/",
           env={**os.environ, "DRAFT": "1", **env})
        self.files = {path.name: path for path in self.directory.iterdir()}
        self.packages = {name: path for name, path in self.files.items()
                         if name.startswith(("netskope-forwarder_", "netskope-simulator_"))}
        given = self.source / "build" / "release-files"
        given.mkdir(parents=True)
        for path in self.packages.values():
            shutil.copy(path, given)

    @property
    def forwarder(self):
        [package] = [path for name, path in self.packages.items()
                     if name.startswith("netskope-forwarder_") and name.endswith(".deb")]
        return package
