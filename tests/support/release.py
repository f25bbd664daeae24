# SPDX-License-Identifier: Apache-2.0
"""What a release consists of, made from what is committed."""
import os

from debian_tree import sh
from processes import ROOT


class Release:
    """`source`: the archive of the repository, elsewhere; `packages`: the files made of it."""

    def __init__(self, directory, **env):
        self.source = directory / "source"
        self.source.mkdir(parents=True)
        sh("sh", "-ec", 'git -C "$1" archive HEAD | tar -x -C "$2"', "sh", ROOT, self.source)
        target = self.source / "build" / "release-files"
        sh(self.source / "deploy/package/build", target, seconds=3600, cwd="/",
           env={**os.environ, "CCACHE_BASEDIR": str(self.source), **env})
        self.packages = {path.name: path for path in target.iterdir()}

    @property
    def forwarder(self):
        [package] = [path for name, path in self.packages.items()
                     if name.startswith("netskope-forwarder_") and name.endswith(".deb")]
        return package
