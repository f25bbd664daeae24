# SPDX-License-Identifier: Apache-2.0
"""Each finding of `check` that an operator may meet, brought about: what, why and how to mend it."""
import datetime
import os
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from broker import PASSWORD, USER
from certificates import Certificates
from commands import command
from fake_tenant import FakeTenant
from forwarder import PROGRAM, configuration, file_sink
from ports import free_port
from simulator import TOKEN

AUDIT = "/api/v2/events/data/audit"
ROWS = b'{"ok":1,"result":[],"total":0}'


class Plain:
    """Instead of a simulator, where no tenant is needed: nothing listens at its address."""

    def __init__(self, directory, url=None):
        self.url = url or f"http://127.0.0.1:{free_port()}"
        self.token_file = directory / "plain.token"
        self.token_file.write_text(TOKEN + "\n")
        self.token_file.chmod(0o600)


@pytest.fixture(scope="module")
def quiet():
    """A tenant without events."""
    with FakeTenant(lambda *_: (200, {}, ROWS)) as tenant:
        yield tenant


def config_of(tmp_path, quiet, sinks=None, tenant=None, **sections):
    return configuration(tmp_path, Plain(tmp_path, quiet.url), sinks or [file_sink(tmp_path / "out")],
                         tenant=tenant, **sections)


def findings(tmp_path, config, *words):
    """Those that are not good; each says all three, and no secret."""
    done = command(tmp_path, config, "check", "--json", *words)
    assert done.code in (0, 1), done.err
    assert TOKEN not in done.out + done.err
    found = [f for f in done.json()["findings"] if f["level"] != "good"]
    assert all(f["what"] and f["why"] and f["mend"] for f in found), found
    assert done.code == (1 if any(f["level"] == "wrong" for f in found) else 0)
    return found


def finding(tmp_path, config, subject, *words):
    """The one finding of this subject, the state's disk (in memory where tests run) left out."""
    [one] = [f for f in findings(tmp_path, config, *words) if f["subject"].startswith(subject)]
    return one


def assert_says(one, level, what, mend, why=""):
    assert one["level"] == level and what in one["what"], one
    assert mend in one["mend"] and why in one["why"], one


def at(answers):
    """A tenant that answers each path that begins so."""

    def answer(path, _):
        return next((said for begin, said in answers.items() if path.startswith(begin)),
                    (404, {}, b'{"message":"no Route matched with those values"}'))

    return answer


FORBIDDEN = (403, {}, b'{"message":"You cannot consume this service"}')
TENANTS = {
    "a token that is refused": ({AUDIT: (401, {}, b'{"message":"Unauthorized"}')},
                                "wrong", "401", f"read access to {AUDIT}", ""),
    "a missing scope": ({AUDIT: FORBIDDEN}, "wrong", "403", f"read access to {AUDIT}", "scope"),
    "a SCIM token": ({AUDIT: FORBIDDEN, "/api/v2/scim/Users": (200, {}, b'{"Resources":[]}')},
                     "wrong", "403", f"read access to {AUDIT}", "SCIM token"),
    "a limit used up": ({AUDIT: (429, {"Retry-After": "30"}, b"{}")},
                        "warning", "429", "token of its own", ""),
    "another address": ({AUDIT: (302, {"Location": "https://elsewhere.example"}, b"")},
                        "wrong", "redirects", "url", ""),
    "no such endpoint": ({}, "wrong", "404", "url", ""),
    "a page to sign in": ({AUDIT: (200, {"Content-Type": "text/html"}, b"<html>Sign in</html>")},
                          "wrong", "cannot be parsed", "proxy", ""),
    "a fault of the tenant": ({AUDIT: (503, {}, b"{}")}, "wrong", "503", "again", ""),
}


@pytest.mark.parametrize("case", TENANTS)
def test_what_a_tenant_answers(tmp_path, case):
    answers, level, what, mend, why = TENANTS[case]
    with FakeTenant(at(answers)) as tenant:
        one = finding(tmp_path, config_of(tmp_path, tenant), "tenant acme, audit")
    assert_says(one, level, what, mend, why)


def test_a_window_that_is_pinned_and_not_honoured(tmp_path, start_simulator):
    simulator = start_simulator(50, "--scenario", "window-ignored")
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")],
                           tenant={"paging": {"window": "insertion"}})
    assert_says(finding(tmp_path, config, "tenant acme, audit"), "wrong", "window", "paging")
    del config["tenants"][0]["paging"]
    done = command(tmp_path, config, "check", "--json")
    assert any("the tenant honours: " in f["what"] for f in done.json()["findings"]), done.out


def test_a_tenant_that_is_not_found_out(tmp_path):
    """It answers the first request, and none of those that try what it honours."""
    asked = []

    def answer(path, _):
        asked.append(path)
        return (200, {}, ROWS) if len(asked) == 1 else (503, {}, b"{}")

    with FakeTenant(answer) as tenant:
        one = finding(tmp_path, config_of(tmp_path, tenant), "tenant acme, audit")
    assert_says(one, "warning", "what it honours was not found out", "check again", "until it knows")


@pytest.mark.parametrize("url, what, mend", [
    ("https://no-such-tenant.invalid", "is not found", "DNS"),
    ("https://127.0.0.1:1", "no connection", "firewall"),
])
def test_a_tenant_that_cannot_be_reached(tmp_path, url, what, mend):
    config = configuration(tmp_path, Plain(tmp_path, url), [file_sink(tmp_path / "out")])
    assert_says(finding(tmp_path, config, "tenant acme, audit"), "wrong", what, mend)


@pytest.fixture(scope="module")
def bad_certificates(tmp_path_factory):
    """By what is wrong with them; the authority is trusted, but for the last."""
    made = {
        "expired": Certificates(tmp_path_factory.mktemp("expired"), days_ago=30),
        "name": Certificates(tmp_path_factory.mktemp("name"), names="DNS:other.example"),
        "authority": Certificates(tmp_path_factory.mktemp("authority")),
    }
    other = Certificates(tmp_path_factory.mktemp("other")).ca
    return {"expired": (made["expired"], made["expired"].ca, "expired"),
            "name": (made["name"], made["name"].ca, "name|mismatch"),
            "authority": (made["authority"], other, "issuer|self|verif")}


def says_any(text, words):
    return any(word in text for word in words.split("|"))


@pytest.mark.parametrize("fault", ["expired", "name", "authority"])
def test_a_certificate_that_is_not_good(tmp_path, bad_certificates, quiet, fault):
    """Of a tenant, of a syslog receiver and of a broker."""
    certificates, trusted, words = bad_certificates[fault]
    with FakeTenant(lambda *_: (200, {}, ROWS), certificates) as peer:
        tenant = configuration(tmp_path, Plain(tmp_path, peer.url), [file_sink(tmp_path / "out")],
                               tenant={"tls": {"ca_file": str(trusted)}})
        one = finding(tmp_path, tenant, "tenant acme, audit")
        assert_says(one, "wrong", "TLS with https://127.0.0.1", "clock")
        assert says_any(one["what"], words), one
        sinks = [{"name": "siem", "type": "syslog", "address": [f"tls://127.0.0.1:{peer.port}"],
                  "tls": {"ca_file": str(trusted)}},
                 {"name": "lake", "type": "kafka", "brokers": [f"127.0.0.1:{peer.port}"],
                  "topic": "t", "properties": {"security.protocol": "ssl",
                                               "ssl.ca.location": str(trusted)}}]
        found = {f["subject"]: f for f in findings(tmp_path, config_of(tmp_path, quiet, sinks))}
        assert_says(found["sink siem"], "wrong", "certificate is not accepted", "e")
        assert says_any(found["sink siem"]["what"], words), found["sink siem"]
        assert_says(found["sink lake"], "wrong", "the connection fails", "certificates")


def test_tokens_that_will_not_do_for_long(tmp_path, quiet):
    day = datetime.date.today()
    for expires, level, what in ((day - datetime.timedelta(3), "wrong", "has expired"),
                                 (day + datetime.timedelta(11), "warning", "expires in 1")):
        config = config_of(tmp_path, quiet, tenant={"token_expires": str(expires)})
        assert_says(finding(tmp_path, config, "tenant acme, token"), level, what, "token_expires")
    config = config_of(tmp_path, quiet,
                       tenant={"token_expires": str(day + datetime.timedelta(90))})
    assert not [f for f in findings(tmp_path, config) if "token" in f["subject"]]


def test_a_token_that_others_may_read(tmp_path, quiet):
    config = config_of(tmp_path, quiet)
    Path(config["tenants"][0]["token_file"]).chmod(0o644)
    assert_says(finding(tmp_path, config, "tenant acme, token"), "warning", "every user", "chmod")
    del config["tenants"][0]["token_file"]
    config["tenants"][0]["token"] = TOKEN
    assert_says(finding(tmp_path, config, "tenant acme, token"), "warning",
                "in the configuration file", "token_file")


def test_a_token_of_two_tenants(tmp_path, quiet):
    config = config_of(tmp_path, quiet)
    config["tenants"].append({**config["tenants"][0], "name": "again"})
    assert_says(finding(tmp_path, config, "tenant again, token"), "warning", "tenant acme", "limit")


def test_a_port_that_is_taken(tmp_path, quiet):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        config = config_of(tmp_path, quiet, server={"listen": address})
        assert_says(finding(tmp_path, config, "server "), "wrong", address, "server.listen")
    config["server"]["listen"] = "192.0.2.1:9641"  # of no machine (RFC 5737)
    assert_says(finding(tmp_path, config, "server "), "wrong", "192.0.2.1", "server.listen")


def test_files_that_cannot_be_written(tmp_path, quiet):
    config = config_of(tmp_path, quiet, [file_sink(tmp_path / "missing" / "out")],
                       dead_letter={"type": "file", "path": str(tmp_path / "gone" / "dead")})
    found = {f["subject"]: f for f in findings(tmp_path, config)}
    assert_says(found["sink out"], "wrong", "missing cannot be written", "make it")
    assert_says(found["dead letter"], "wrong", "gone cannot be written", "make it")


def test_a_state_that_is_damaged(tmp_path, quiet):
    config = config_of(tmp_path, quiet)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "state.db").write_bytes(b"no database\n" * 100)
    found = [f for f in findings(tmp_path, config) if f["level"] == "wrong"]
    assert len(found) == 1 and found[0]["subject"].startswith("state "), found


def test_a_state_under_a_file(tmp_path, quiet):
    (tmp_path / "file").write_text("")
    config = config_of(tmp_path, quiet, state={"type": "sqlite", "path": str(tmp_path / "file/x")})
    found = [f for f in findings(tmp_path, config) if "cannot be written" in f["what"]]
    assert len(found) == 1 and "state.path" in found[0]["mend"], found


def test_a_state_in_memory(tmp_path, quiet):
    if not os.path.isdir("/dev/shm"):
        pytest.skip("no /dev/shm here")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as volatile:
        config = config_of(tmp_path, quiet, state={"type": "sqlite", "path": volatile})
        assert any("in memory" in f["what"] and "volume" in f["mend"]
                   for f in findings(tmp_path, config))


@pytest.mark.parametrize("options, what, mend", [
    ("ro", "mounted read-only", "mount a volume"),
    ("size=1m", "MiB are free", "make room"),
])
def test_a_disk_that_will_not_do(tmp_path, quiet, options, what, mend):
    config = config_of(tmp_path, quiet)
    (tmp_path / "state").mkdir()
    plain = command(tmp_path, config, "check", "--json")  # writes the file
    assert what not in plain.out
    script = f'mount -t tmpfs -o {options} none "$1" || exit 77; shift; exec "$@"'
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", tmp_path / "state", PROGRAM, "check", "-c",
         tmp_path / "command.yaml"], capture_output=True, text=True, timeout=60)
    if done.returncode == 77 or "unshare" in done.stderr or shutil.which("unshare") is None:
        pytest.skip(f"nothing can be mounted here: {done.stderr}")
    assert what in done.stdout and mend in done.stdout, done.stdout


TOPICS = {
    "one replica": ({}, "user", "warning", "one replica", "three"),
    "small": ({"max.message.bytes": "20000"}, "user", "warning", "takes 20000 bytes",
              "max.message.bytes"),
    "insync": ({"min.insync.replicas": "2"}, "user", "wrong", "wants 2 in sync", "min.insync"),
    "short": ({"retention.ms": "3600000"}, "user", "warning", "keeps messages for 1 h",
              "retention.ms"),
    "compact": ({"cleanup.policy": "compact"}, "user", "warning", "is compacted", "key: id"),
    "keyless": ({"cleanup.policy": "compact"}, "none", "wrong", "key is none", "key: id"),
}


def test_what_topics_are_like(tmp_path, quiet, broker):
    """One call for all: each sink has its topic."""
    sinks = []
    for case, (settings, key, *_) in TOPICS.items():
        topic = broker.create_topic("check-" + case.replace(" ", "-"), partitions=1, **settings)
        sinks.append({"name": case.replace(" ", "-"), "type": "kafka", "key": key,
                      "brokers": [broker.address], "topic": topic})
    broker.grant(broker.create_topic("check-guarded", partitions=1), "somebody")
    for name in ("guarded", "missing"):
        sinks.append({"name": name, "type": "kafka", "brokers": [broker.address],
                      "topic": "check-" + name})
    found = findings(tmp_path, config_of(tmp_path, quiet, sinks))
    for case, (_, _, level, what, mend) in TOPICS.items():
        name = case.replace(" ", "-")
        mine = [f for f in found if f["subject"] == f"sink {name}" and what in f["what"]]
        assert len(mine) == 1, (case, found)
        assert_says(mine[0], level, f"topic check-{name} ", mend)
    told = {f["subject"]: f for f in found}
    assert_says(told["sink guarded"], "wrong", "not this user's to write", "kafka-acls.sh")
    assert_says(told["sink missing"], "wrong", "does not exist", "kafka-topics.sh --create")


def as_user(broker, topic, password=PASSWORD, mechanism="PLAIN"):
    """A sink that says who it is."""
    return {"name": topic, "type": "kafka", "brokers": [broker.sasl_address], "topic": topic,
            "properties": {"security.protocol": "sasl_plaintext", "sasl.mechanism": mechanism,
                           "sasl.username": USER, "sasl.password": password}}


@pytest.mark.parametrize("fault, what", [
    ({"password": "of-last-year"}, "Invalid username or password"),
    ({"password": "of-last-year", "mechanism": "SCRAM-SHA-512"}, "invalid credentials"),
    ({"mechanism": "SCRAM-SHA-256"}, "mechanism"),
])
def test_a_broker_that_does_not_know_the_user(tmp_path, quiet, broker, fault, what):
    topic = broker.empty_topic("check-login", partitions=1)
    one = finding(tmp_path, config_of(tmp_path, quiet, [as_user(broker, topic, **fault)]), "sink ")
    assert_says(one, "wrong", "a broker answers, but the connection fails", "sasl.password")
    assert what in one["what"] and "of-last-year" not in str(one), one


def test_a_library_that_brokers_refuse(tmp_path, quiet, broker):
    """librdkafka before 2.6.1 cannot log in by SCRAM to Kafka 4, which blames the password."""
    topic = broker.empty_topic("check-scram", partitions=1)
    config = config_of(tmp_path, quiet, [as_user(broker, topic, mechanism="SCRAM-SHA-512")])
    library = re.search(r"librdkafka (\d+)\.(\d+)\.(\d+)",
                        subprocess.check_output([PROGRAM, "version"], text=True)).groups()
    if tuple(map(int, library)) < (2, 6, 1):
        assert_says(finding(tmp_path, config, "sink "), "wrong", "invalid credentials",
                    "refuse SCRAM of librdkafka before 2.6.1")
    else:
        assert not [f for f in findings(tmp_path, config) if "connection" in f["what"]]


def test_rights_of_a_user(tmp_path, quiet, broker):
    """Whose topic it is can write there, and nobody else. Of a right to look only a message tells
    that it is none to write: brokers show a topic to whoever may describe it."""
    rights = {"mine": (USER, "WRITE", "DESCRIBE"), "looked-at": (USER, "DESCRIBE"),
              "anothers": ("somebody",)}
    for name, granted in rights.items():
        broker.grant(broker.empty_topic(f"check-{name}", partitions=1), *granted)
    config = config_of(tmp_path, quiet, [as_user(broker, f"check-{name}") for name in rights])
    found = command(tmp_path, config, "check", "--json", "--write").json()["findings"]
    mine = {f["what"]: f["level"] for f in found if f["subject"] == "sink check-mine"}
    assert "wrong" not in mine.values() and mine["a test message was taken"] == "good", mine
    wrong = {f["subject"]: f for f in found if f["level"] == "wrong"}
    assert wrong.keys() == {"sink check-looked-at", "sink check-anothers"}, found
    assert_says(wrong["sink check-anothers"], "wrong", "not this user's to write",
                "kafka-acls.sh --add")
    assert_says(wrong["sink check-looked-at"], "wrong", "uthorization failed",
                "grant this user WRITE")


def test_a_host_on_which_nothing_ran_yet(tmp_path, quiet):
    """The dead letter stands in the state's directory, which the first start makes."""
    config = config_of(tmp_path, quiet, dead_letter={
        "type": "file", "path": str(tmp_path / "state" / "dead-letter.ndjson")})
    assert not (tmp_path / "state").exists()
    assert not [f for f in findings(tmp_path, config) if f["level"] == "wrong"]
