# SPDX-License-Identifier: Apache-2.0
"""What is packaged: the page, the completion, the licences; and the package itself, built twice, put
into a minimal Debian and taken out again."""
import hashlib
import os
import re
import shutil
import subprocess

import pytest

import debian_tree
from forwarder import PROGRAM
from processes import ROOT
from release import Release

PACKAGE = ROOT / "deploy" / "package"
PAGE = PACKAGE / "netskope-forwarder.8"


def commands_of(*words):
    """The commands that --help shows."""
    text = subprocess.check_output([PROGRAM, *words, "--help"], text=True)
    tail = text.partition("Subcommands:")[2]
    return re.findall(r"^  ([a-z][a-z-]*)", tail, re.MULTILINE)


def plain(page):
    """Without the overstriking that prints bold."""
    return re.sub(".\b", "", page)


def test_the_page_knows_every_command(program):
    # Without the marks of the source: fonts, and the backslash before a hyphen.
    text = re.sub(r"(?m)^\.\w+ ?", "", PAGE.read_text()).replace("\\-", "-").replace('"', "")
    assert len(commands_of()) > 8
    assert not [name for name in commands_of() if not re.search(rf"\b{name}\b", text)]
    run = subprocess.check_output([program, "run", "--help"], text=True)
    assert all(option in text for option in re.findall(r"--[a-z-]+", run) if option != "--help"
               and option != "--config")


@pytest.mark.skipif(not shutil.which("man"), reason="no man here")
def test_the_page_is_without_fault():
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", PAGE], timeout=60,
                          capture_output=True, text=True, env={**os.environ, "MANWIDTH": "80"})
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert "EXIT STATUS" in plain(done.stdout)


@pytest.mark.parametrize("typed, offered", [
    ("netskope-forwarder che", ["check"]),
    ("netskope-forwarder state ", ["show", "export", "import", "reset"]),
    ("netskope-forwarder run --on", ["--once"]),
    ("netskope-forwarder dead-letter list --j", ["--json"]),
])
def test_the_completion_offers(program, typed, offered):
    words = typed.split(" ")
    script = (f'PATH={program.parent}:$PATH; . {PACKAGE}/netskope-forwarder.bash; '
              f'COMP_WORDS=({" ".join(repr(word) for word in words)}); '
              f'COMP_CWORD={len(words) - 1}; _netskope_forwarder; printf "%s\\n" "${{COMPREPLY[@]}}"')
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30)
    assert set(offered) <= set(done.stdout.split()), done.stdout + done.stderr


def test_every_library_has_its_licence(program):
    loaded = {re.split(r"(-\d+\.\d+)?\.so", os.path.basename(line.split()[0]))[0]
              for line in subprocess.check_output(["ldd", program], text=True).splitlines()}
    listed = set(re.findall(r"`([\w+.-]+)`", (ROOT / "docs" / "LICENCES.md").read_text()))
    assert loaded <= listed, loaded - listed
    # Those of the sanitizers and of the profiler are no part of what ships.
    assert not [name for name in listed if name.startswith("lib") and name not in loaded]


def hashes(release):
    """Of all but the image, into which the newest libraries of the day go."""
    return {name: hashlib.sha256(path.read_bytes()).hexdigest()
            for name, path in release.files.items() if "image" not in name and name != "SHA256SUMS"}


@pytest.fixture(scope="module")
def again(tmp_path_factory, images):
    """At another place, for another zone, compiled anew; with the image."""
    return Release(tmp_path_factory.mktemp("somewhere") / "else", CCACHE_DISABLE="1",
                   TZ="Asia/Tokyo", BASE="localhost/base", **images.env)


@pytest.mark.long
def test_two_builds_are_the_same(release, again):
    assert len(release.packages) == 4 and len(hashes(release)) == 5
    assert hashes(release) == hashes(again)


@pytest.mark.long
def test_a_release_is_whole(again, images):
    """The sources are the commit's, every file is under its checksum, the image can be loaded."""
    debian_tree.sh("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=again.directory)
    listed = (again.directory / "SHA256SUMS").read_text().split()[1::2]
    assert sorted(listed) == sorted(again.files.keys() - {"SHA256SUMS"}) and len(listed) == 6
    [version] = re.findall(r"netskope-forwarder-([0-9.]+)-source", " ".join(listed))
    commit = debian_tree.sh("git", "-C", ROOT, "rev-parse", "HEAD").strip()
    archive = again.files[f"netskope-forwarder-{version}-source.tar.gz"]
    named = debian_tree.sh("sh", "-c", 'gzip -dc "$1" | git get-tar-commit-id', "sh", archive)
    assert named.strip() == commit
    image = again.files[f"netskope-forwarder-{version}-image.tar"]
    loaded = images.buildah("pull", f"docker-archive:{image}").splitlines()[-1]
    config = images.settings(loaded)
    assert config["Labels"]["org.opencontainers.image.version"] == version
    assert config["Labels"]["org.opencontainers.image.revision"] == commit
    assert config["Healthcheck"]["Test"][-1] == "health"


@pytest.mark.long
@pytest.mark.skipif(bool(debian_tree.why_not()), reason=debian_tree.why_not())
def test_it_is_installed_and_removed_without_a_trace(tmp_path, release):
    tree = debian_tree.Tree(tmp_path / "debian")
    package = release.forwarder
    shutil.copy(package, tree.root)
    tree.run("apt-get", "-qq", "update")
    tree.run("apt-get", "-qq", "-y", "install", "--no-install-recommends", f"/{package.name}")
    assert "netskope-forwarder" in tree.run("netskope-forwarder", "--version")
    (tree.root / "etc/netskope-forwarder/secrets/acme").write_text("a-token\n")
    assert tree.run("netskope-forwarder", "check", "--offline", "-c",
                    "/usr/share/doc/netskope-forwarder/examples/kafka.yaml")
    owned = tree.run("dpkg", "-L", "netskope-forwarder").split()
    for path in ("/usr/bin/netskope-forwarder", "/usr/share/man/man8/netskope-forwarder.8",
                 "/usr/share/bash-completion/completions/netskope-forwarder",
                 "/usr/lib/systemd/system/netskope-forwarder.service"):
        assert path in owned and (tree.root / path[1:]).is_file(), path
    assert (tree.root / "etc/netskope-forwarder/secrets").stat().st_mode & 0o777 == 0o700
    page = plain(debian_tree.sh("man", "-l", tree.root / "usr/share/man/man8/netskope-forwarder.8"))
    assert "audit events" in page and "EXIT STATUS" in page
    state = tree.root / "var/lib/netskope-forwarder"
    state.mkdir()
    (state / "state.db").write_text("")
    (tree.root / package.name).unlink()

    tree.run("apt-get", "-qq", "-y", "purge", "netskope-forwarder")
    left = {path for path in tree.files() if "netskope" in path}
    assert left == {"var/lib/netskope-forwarder", "var/lib/netskope-forwarder/state.db"}
