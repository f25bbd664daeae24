# SPDX-License-Identifier: Apache-2.0
"""A minimal Debian 12 to install into, and containers of it. Needs root, mmdebstrap and buildah."""
import json
import os
import shutil
import subprocess

from processes import ROOT, Process

TARBALL = ROOT / "build" / "debian" / "minbase.tar"


def why_not():
    """Why there can be none here; empty where there can."""
    missing = [tool for tool in ("mmdebstrap", "buildah", "unshare", "setpriv")
               if not shutil.which(tool)]
    if missing:
        return f"not installed: {', '.join(missing)}"
    return "" if os.geteuid() == 0 else "needs root"


def sh(*argv, seconds=900, **more):
    done = subprocess.run([str(arg) for arg in argv], capture_output=True, text=True,
                          timeout=seconds, stdin=subprocess.DEVNULL, **more)
    assert done.returncode == 0, f"{argv}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def minbase():
    if not TARBALL.exists():
        TARBALL.parent.mkdir(parents=True, exist_ok=True)
        part = TARBALL.with_suffix(f".{os.getpid()}.tar")
        sh("mmdebstrap", "--variant=minbase", "bookworm", part)
        part.rename(TARBALL)
    return TARBALL


class Tree:
    """Such a system in a directory."""

    def __init__(self, directory):
        self.root = directory
        self.root.mkdir()
        sh("tar", "-xf", minbase(), "-C", self.root)
        shutil.copy("/etc/resolv.conf", self.root / "etc" / "resolv.conf")

    def run(self, *argv):
        return sh("unshare", "--mount", "--fork", "sh", "-ec",
                  'mount -t proc proc "$1/proc"; mount --rbind /dev "$1/dev"; root=$1; shift; '
                  'exec chroot "$root" "$@"', "sh", self.root, *argv,
                  env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})

    def files(self):
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*")}


class Images:
    """buildah with a store of its own, below `directory`, gone with it."""

    def __init__(self, directory):
        self.directory = directory
        storage = directory / "storage.conf"
        storage.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{directory}/root"\n'
                           f'runroot = "{directory}/run"\n')
        # For whoever calls buildah.
        self.env = {"CONTAINERS_STORAGE_CONF": str(storage), "BUILDAH_ISOLATION": "chroot"}

    def buildah(self, *arguments):
        return sh("buildah", *arguments, env={**os.environ, **self.env}, seconds=3600).strip()

    def base(self):
        container = self.buildah("from", "scratch")
        self.buildah("add", container, minbase(), "/")
        return self.buildah("commit", "--rm", container, "localhost/base")

    def build(self, context, target, *arguments):
        name = f"localhost/{target}"
        self.buildah("bud", "--pull-never", "--format", "docker", "--layers=false", "--target",
                     target, "-f", context / "deploy/container/Dockerfile", "-t", name,
                     "--build-arg", "BASE=localhost/base", *arguments, context)
        return name

    def settings(self, image):
        return json.loads(self.buildah("inspect", "--type", "image", image))["Docker"]["config"]

    def unpacked(self, image):
        """The directory of a container of it."""
        return self.buildah("mount", self.buildah("from", "--pull-never", image))


def contained(root, user, volume, argv, directory, name, mounts=(), env=()):
    """A process in `root`, which it sees read-only, as `user`, with `volume` to write into, as an
    engine would start it: no capabilities, no new privileges."""
    script = ('root=$1 volume=$2; shift 2; mount --bind "$root" "$root"; '
              'mount --bind "$volume" "$root/var/lib/netskope-forwarder"; '
              'mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"; '
              'while [ "$1" != -- ]; do touch "$root$2" 2>/dev/null || true; '
              'mount --bind "$1" "$root$2"; shift 2; done; shift; '
              'mount -o remount,bind,ro "$root"; cd "$root"; exec chroot "$root" "$@"')
    files = [str(part) for mount in mounts for part in mount]
    return Process(
        ["unshare", "--mount", "--", "sh", "-ec", script, "sh", root, volume, *files, "--",
         "/usr/bin/env", "-i", *env, "setpriv", f"--reuid={user}", "--regid=0", "--clear-groups",
         "--bounding-set=-all", "--no-new-privs", *argv], directory, name)
