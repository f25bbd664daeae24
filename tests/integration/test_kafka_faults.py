# SPDX-License-Identifier: Apache-2.0
"""What operators do to a cluster, and mend: rights taken away, topics deleted, passwords and
certificates that are wrong, limits that are too small. Each time the program says what is wrong and
what to do, falls behind, and goes on by itself once it is mended; a reader of committed messages
sees each event once."""
import json
import signal
import time

import pytest

from broker import PASSWORD, USER, Broker, TopicReader
from certificates import Certificates
from commands import command
from forwarder import configuration, kafka_state
from ledger import Comparison
from simulator import TOKEN
from waiting import throughout, until

LABELS = {"tenant": "acme", "stream": "audit"}
LIVE = 20  # events a second
SECONDS_TO_SAY = 20  # what is wrong
SECONDS_TO_MEND = 30


@pytest.fixture(scope="module")
def bad_certificates(tmp_path_factory):
    """By what is wrong with them: the last is of an authority that nobody trusts."""
    return {"expired": Certificates(tmp_path_factory.mktemp("expired"), days_ago=30),
            "name": Certificates(tmp_path_factory.mktemp("name"), names="DNS:other.example"),
            "authority": Certificates(tmp_path_factory.mktemp("authority"))}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, bad_certificates):
    """A broker on which the user may do what has been granted, and nothing else."""
    broker = Broker(tmp_path_factory.mktemp("guarded"), list(bad_certificates.values()),
                    guarded=True)
    yield broker
    broker.stop()


def login(password=PASSWORD):
    return {"security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN",
            "sasl.username": USER, "sasl.password": password}


def sink_of(address, topic, properties):
    return {"name": "lake", "type": "kafka", "brokers": [address], "topic": topic, "format": "raw",
            "properties": properties}


def exactly_once(directory, simulator, topic, sink, **more):
    return configuration(directory, simulator, [sink], state=kafka_state(f"{topic}.state"),
                         dead_letter={"type": "kafka", "sink": "lake", "topic": f"{topic}.dlq"},
                         batch={"events": 1000}, **more)


def plain(directory, simulator, topic, sink):
    """The state in a file: at least once."""
    return configuration(directory, simulator, [sink], batch={"events": 1000},
                         dead_letter={"type": "kafka", "sink": "lake", "topic": f"{topic}.dlq"})


# What docs/KAFKA.md asks for: with it the program runs, and without any of it it does not.
def rights(topic):
    return {"events": ("TOPIC", topic, "WRITE", "DESCRIBE"),
            "dead letter": ("TOPIC", f"{topic}.dlq", "WRITE", "DESCRIBE"),
            "state": ("TOPIC", f"{topic}.state", "READ", "WRITE", "DESCRIBE", "CREATE"),
            "slots": ("TOPIC", f"{topic}.state.slots", "READ", "WRITE", "DESCRIBE", "CREATE"),
            "group": ("GROUP", f"{topic}.state", "READ"),
            "transactions": ("TRANSACTIONAL_ID", f"{topic}.state.", "WRITE", "DESCRIBE")}


def grant(broker, kind, name, *operations):
    broker.grant_on(kind, name, USER, *operations, prefixed=kind == "TRANSACTIONAL_ID")


def topics_of(broker, topic, **settings):
    """The topics of events and of refused rows, and all the rights."""
    for name in (topic, f"{topic}.dlq"):
        broker.create_topic(name, **settings)
    for right in rights(topic).values():
        grant(broker, *right)
    return topic


class Case:
    """A forwarder to which something happens; says how long what took."""

    def __init__(self, name, forwarder, simulator, broker, topic, secrets=()):
        self.name = name
        self.forwarder = forwarder
        self.simulator = simulator
        self.reader = TopicReader(broker, topic, "raw", committed=True)
        self.dead = TopicReader(broker, f"{topic}.dlq", "raw", committed=True)
        self.secrets = (TOKEN, PASSWORD, *secrets)
        self.told = 0  # of the log, before what happens now
        self.before = []  # what was in a topic that is no more

    def delivered(self):
        assert self.forwarder.running(), self.forwarder.stderr()[-3000:]
        return self.forwarder.metric("events_delivered_total", **LABELS) or 0

    def runs(self, seconds=30):
        until(lambda: self.delivered() > 0, seconds, f"{self.name}: the first events")

    def begins(self):
        self.told = len(self.forwarder.stderr())
        self.since = time.monotonic()

    def log(self):
        return self.forwarder.stderr()[self.told:]

    def status(self):
        return self.forwarder.get("/status.json")[1]

    def says(self, *words, seconds=SECONDS_TO_SAY):
        """Each word in the log since then, and in the status; and no secret in anything."""
        def said():
            assert self.forwarder.running(), self.forwarder.stderr()[-3000:]
            return all(word in self.log() for word in words)
        try:
            until(said, seconds, f"{self.name}: {words} in the log")
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.log()}") from None
        print(f"{self.name}: {time.monotonic() - self.since:.1f} s to the error")
        until(lambda: all(word in self.status() for word in words), 10,
              f"{self.name}: {words} in the status")
        until(lambda: self.forwarder.metric("sink_up", sink="lake") == 0, 10, "sink_up to be 0")
        self.keeps_secrets()

    def keeps_secrets(self):
        everything = self.forwarder.stderr() + self.status() + self.forwarder.get("/metrics")[1]
        for secret in self.secrets:
            assert secret not in everything, f"{self.name}: a secret is told"

    def falls_behind(self, seconds=3):
        lag = lambda: self.forwarder.metric("lag_seconds", **LABELS)
        before = lag()
        throughout(self.forwarder.running, seconds, "the forwarder runs")
        assert lag() >= before + seconds * 0.8, f"{self.name}: lag {before}, then {lag()}"

    def is_mended(self, seconds=SECONDS_TO_MEND):
        """It goes on: what was shown until now arrives."""
        since = time.monotonic()
        shown = set(self.simulator.ledger())
        until(lambda: self.forwarder.metric("sink_up", sink="lake") == 1, seconds, "sink_up 1")
        def arrived():
            assert self.forwarder.running(), self.forwarder.stderr()[-3000:]
            return self.missing(shown) <= 0
        try:
            until(arrived, seconds, f"{self.name}: what was shown", 1)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.log()}") from None
        print(f"{self.name}: {time.monotonic() - since:.1f} s to go on")

    def letters(self):
        """Rows in the dead letter: each once."""
        ids = [dict(record.headers)["ce_id"] for record in self.dead.read()]
        assert len(ids) == len(set(ids)), f"{self.name}: a letter twice"
        return len(ids)

    def missing(self, shown):
        """How many of these events are nowhere yet. Of a broken row nobody knows the id."""
        return len(set(shown) - set(self.arrived())) - self.letters()

    def arrived(self):
        return self.before + self.reader.ids()

    def ends(self):
        """What is shown until now arrives, and nothing arrives twice, also not at the very end."""
        shown = set(self.simulator.ledger())
        until(lambda: self.missing(shown) <= 0, SECONDS_TO_MEND, f"{self.name}: the last events", 1)
        self.keeps_secrets()
        assert self.forwarder.stop() == 0, self.forwarder.stderr()[-3000:]
        arrived, letters = self.arrived(), self.letters()
        found = Comparison(self.simulator.ledger(), arrived)
        print(f"{self.name}: {found}, {letters} dead letters")
        assert not found.unknown and not found.repeats, found
        assert len(shown - set(arrived)) <= letters, found


TOPIC_RIGHT = "grant this user WRITE and DESCRIBE on the topic"


@pytest.mark.parametrize("guarantee, what, operation, words", [
    (exactly_once, "events", "WRITE", [TOPIC_RIGHT]),
    (exactly_once, "transactions", "WRITE",
     ["grant this user WRITE and DESCRIBE on the transactional id"]),
    pytest.param(exactly_once, "state", "WRITE", ["{}.state", TOPIC_RIGHT],
                 marks=pytest.mark.long),
    pytest.param(exactly_once, "dead letter", "WRITE", ["{}.dlq", TOPIC_RIGHT],
                 marks=pytest.mark.long),
    pytest.param(exactly_once, "group", "READ", ["grant this user READ on the group"],
                 marks=pytest.mark.long),
    pytest.param(plain, "events", "WRITE", ["topic {}: ", TOPIC_RIGHT], marks=pytest.mark.long),
])
def test_a_right_is_revoked(tmp_path, start_simulator, start_forwarder, guarded, guarantee, what,
                            operation, words):
    odd = ["--set", "odd_rows=broken:20"] if what == "dead letter" else []
    simulator = start_simulator(500, "--live", LIVE, *odd)
    topic = topics_of(guarded, f"revoked-{guarantee.__name__}-{what}".replace(" ", "-"))
    config = guarantee(tmp_path, simulator, topic, sink_of(guarded.sasl_address, topic, login()))
    case = Case(what, start_forwarder(config), simulator, guarded, topic)
    case.runs()
    kind, name, *_ = rights(topic)[what]
    case.begins()
    guarded.revoke_on(kind, name, USER, operation)
    case.says(*[word.format(topic) for word in words])
    case.falls_behind()
    grant(guarded, kind, name, operation)
    case.is_mended()
    case.ends()


def quiet(case):
    """Nothing is under way, and nothing comes: what has arrived until now."""
    case.simulator.fault("503")
    until(lambda: not case.forwarder.metric("events_pending", **LABELS), 20, "nothing under way")
    return case.reader.ids()


@pytest.mark.parametrize("guarantee", [exactly_once,
                                       pytest.param(plain, marks=pytest.mark.long)])
def test_the_topic_of_the_events_is_deleted(tmp_path, start_simulator, start_forwarder, guarded,
                                            guarantee):
    simulator = start_simulator(500, "--live", LIVE)
    topic = topics_of(guarded, f"deleted-events-{guarantee.__name__}")
    config = guarantee(tmp_path, simulator, topic, sink_of(guarded.sasl_address, topic, login()))
    case = Case("topic", start_forwarder(config), simulator, guarded, topic)
    case.runs()
    case.before = quiet(case)
    guarded.delete_topic(topic)
    simulator.fault("none")
    case.begins()
    case.says(topic, "create the topic, and it goes on by itself")
    case.falls_behind()
    guarded.create_topic(topic)
    case.reader = TopicReader(guarded, topic, "raw", committed=True)
    case.is_mended()
    case.ends()


@pytest.mark.parametrize("guarantee", [exactly_once,
                                       pytest.param(plain, marks=pytest.mark.long)])
def test_a_password_is_wrong(tmp_path, start_simulator, start_forwarder, guarded, guarantee):
    """At the start; the file is mended, and the program told."""
    simulator = start_simulator(500, "--live", LIVE)
    topic = topics_of(guarded, f"password-{guarantee.__name__}")
    file = tmp_path / "password"
    file.write_text("of-last-year")
    config = guarantee(tmp_path, simulator, topic,
                       sink_of(guarded.sasl_address, topic, login(f"${{file:{file}}}")))
    case = Case("password", start_forwarder(config), simulator, guarded, topic, ["of-last-year"])
    case.begins()
    case.told = 0
    case.says("Invalid username or password",
              "check sasl.mechanism, sasl.username and sasl.password")
    file.write_text(PASSWORD)
    case.forwarder.send(signal.SIGHUP)
    case.is_mended()
    case.ends()


@pytest.mark.long
def test_a_password_is_changed_at_the_broker(tmp_path, start_simulator, start_forwarder, guarded):
    simulator = start_simulator(500, "--live", LIVE)
    topic = topics_of(guarded, "password-changed")
    file = tmp_path / "password"
    file.write_text(PASSWORD)
    config = exactly_once(tmp_path, simulator, topic,
                          sink_of(guarded.sasl_address, topic, login(f"${{file:{file}}}")))
    case = Case("password", start_forwarder(config), simulator, guarded, topic, ["of-next-year"])
    case.runs()
    guarded.stop()
    guarded.change_password(PASSWORD, "of-next-year")
    case.begins()
    guarded.start()
    try:
        case.says("Invalid username or password",
                  "check sasl.mechanism, sasl.username and sasl.password")
        case.falls_behind()
        file.write_text("of-next-year")
        case.forwarder.send(signal.SIGHUP)
        case.is_mended()
        case.ends()
    finally:
        guarded.stop()
        guarded.change_password("of-next-year", PASSWORD)
        guarded.start()


@pytest.mark.long
def test_certificates_are_wrong(tmp_path, start_simulator, start_forwarder, guarded,
                                bad_certificates):
    cases = []
    for number, (fault, made) in enumerate(bad_certificates.items()):
        topic = topics_of(guarded, f"certificate-{fault}")
        simulator = start_simulator(500, "--live", LIVE, name=f"simulator-{fault}")
        other = bad_certificates["expired"].ca if fault == "authority" else made.ca
        config = exactly_once(tmp_path, simulator, topic,
                              sink_of(guarded.tls_addresses[number], topic,
                                      {"security.protocol": "ssl", "ssl.ca.location": str(other)}))
        case = Case(fault, start_forwarder(config, name=fault), simulator, guarded, topic)
        case.begins()
        case.told = 0
        cases.append(case)
    for case in cases:
        case.says("certificate",
                  "check ssl.ca.location under `properties` and the brokers' certificates")
    guarded.stop()
    for number, (fault, made) in enumerate(bad_certificates.items()):
        authority = bad_certificates["expired"] if fault == "authority" else made
        authority.certify()
        guarded.present(number, authority)
    guarded.start()
    for case in cases:
        case.is_mended()
        case.ends()


@pytest.mark.parametrize("most, compression", [
    pytest.param(1_000_000, "lz4", marks=pytest.mark.long),
    # Whole requests are refused as well, and numbers in the sequence are missing after them.
    (3_000_000, "none"),
])
def test_messages_are_above_the_limit(tmp_path, start_simulator, start_forwarder, guarded, most,
                                      compression):
    """Above the program's own (message.max.bytes), or only above the topic's (max.message.bytes):
    each is in the dead letter once, all others are delivered once, and nothing stops."""
    simulator = start_simulator(400, "--live", LIVE, "--set", "odd_rows=huge:5")
    topic = topics_of(guarded, f"limit-{most}", **{"max.message.bytes": 300_000})
    sink = sink_of(guarded.sasl_address, topic, {**login(), "compression.type": compression,
                                                 "message.max.bytes": str(most)})
    config = exactly_once(tmp_path, simulator, topic, sink)
    config["tenants"][0]["max_page_bytes"] = "64MiB"
    case = Case("limit", start_forwarder(config), simulator, guarded, topic)
    case.runs()
    letters = lambda: case.forwarder.metric("events_dead_lettered_total", reason="too_large")
    # Who is to blame in a request is found in transactions that are aborted: about a second each.
    until(letters, 120, "a dead letter")
    case.is_mended(120)
    until(lambda: letters() == case.letters() > 0, 20, "as many letters as are counted")
    assert "too_large" in {dict(r.headers)["error_reason"].decode() for r in case.dead.records}
    details = {dict(r.headers)["error_detail"].decode() for r in case.dead.records}
    limit = "message.max.bytes" if most < 2_000_000 else "max.message.bytes of topic"
    assert all(limit in detail for detail in details), details
    case.ends()


def test_the_topic_of_the_state_is_deleted(tmp_path, start_simulator, start_forwarder, guarded):
    """What was delivered is not known any more. Nothing begins from nothing, whether the topic is
    missing or was made anew, not even after a restart; an export that is imported mends it."""
    simulator = start_simulator(500, "--live", LIVE)
    topic = topics_of(guarded, "deleted-state")
    state = f"{topic}.state"
    config = exactly_once(tmp_path, simulator, topic,
                          sink_of(guarded.sasl_address, topic, login()))
    case = Case("state", start_forwarder(config), simulator, guarded, topic)
    case.runs()
    before = quiet(case)
    exported = command(tmp_path, config, "state", "export")
    assert exported.code == 0, exported.err
    guarded.delete_topic(state)
    simulator.fault("none")
    case.begins()
    case.says(f"{state} is missing or empty", "state import of an export")
    case.falls_behind()
    guarded.create_topic(state, 16, **{"cleanup.policy": "compact"})
    throughout(lambda: case.forwarder.metric("sink_up", sink="lake") == 0, 6, "it waits")
    case.forwarder.kill()
    case.forwarder = start_forwarder(config, name="again")
    case.told = 0
    case.says(f"{state} is missing or empty", "state import of an export")
    assert case.reader.ids() == before
    imported = command(tmp_path, config, "state", "import", stdin=exported.out.encode())
    assert imported.code == 0, imported.err
    case.is_mended()
    case.ends()


@pytest.mark.long
def test_the_topic_of_the_slots_is_deleted(tmp_path, start_simulator, start_forwarder, guarded):
    """Where a tenant's state is is not known any more. The state tells, by way of an export."""
    simulator = start_simulator(500, "--live", LIVE)
    topic = topics_of(guarded, "deleted-slots")
    state = f"{topic}.state"
    config = exactly_once(tmp_path, simulator, topic,
                          sink_of(guarded.sasl_address, topic, login()))
    case = Case("slots", start_forwarder(config), simulator, guarded, topic)
    case.runs()
    guarded.delete_topic(f"{state}.slots")
    case.begins()
    words = [f"{state}.slots is missing or empty", "state export to a file"]
    case.says(*words)
    case.forwarder.stop()
    for number in range(2):  # missing, and made anew
        case.forwarder = start_forwarder(config, name=f"again-{number}")
        case.told = 0
        case.says(*words)
        assert case.forwarder.stop() == 0
        if number == 0:
            guarded.create_topic(f"{state}.slots", 16, **{"cleanup.policy": "compact"})
    exported = command(tmp_path, config, "state", "export")
    assert exported.code == 0, exported.err
    guarded.delete_topic(state)
    imported = command(tmp_path, config, "state", "import", stdin=exported.out.encode())
    assert imported.code == 0, imported.err
    case.forwarder = start_forwarder(config, name="mended")
    case.is_mended()
    case.ends()
