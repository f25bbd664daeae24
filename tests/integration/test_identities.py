# SPDX-License-Identifier: Apache-2.0
"""Who users are, from SCIM to the SIEM: shown in events with the time of the picture, kept over a
restart, hidden by privacy, and never in the way of an event."""
import http.client
import json
import os
import re
import statistics
import time

import pytest

from broker import TopicReader
from commands import command
from conftest import ALL
from forwarder import configuration, file_sink, kafka_state, lake
from scim import SCIM_TOKEN, Scim, token_file
from test_dead_letter import letter
from test_ecs import faults as ecs_faults
from validate_ocsf import Schemas, faults as ocsf_faults
from waiting import until

ACTOR = "scim-provisioning"  # whom the simulator's log shows for changes over SCIM
GONE_WRONG = {
    "refused": (["--set", "scim_faults=403:1000"], "no_picture"),
    "down": (["--set", "scim_faults=503:1000"], "no_picture"),
    "hanging": (["--set", "scim_faults=hang:1000"], "no_picture"),
    "throttled": (["--set", "scim_faults=429:1000"], "no_picture"),
    "broken": (["--set", "scim_faults=truncated:1000"], "no_picture"),
    "slow": (["--set", "scim_users=50", "--set", "scim_delay=60s"], "no_picture"),
    "lying": (["--set", "scim_users=50", "--set", "scim_claim=10000000"], "no_picture"),
    "empty": ([], "missing"),
    "well": (["--set", "scim_users=3000"], "found"),
}


def identities(directory, refresh="1s", **more):
    return {"token_file": str(token_file(directory)), "refresh": refresh,
            "rate_limit": "60000/min", "burst": 1000, **more}


def tenant(directory, **more):
    return {"poll_interval": "300ms", "identities": identities(directory, **more)}


def lines(path):
    return path.read_bytes().splitlines() if path.exists() else []


def rows(path):
    return [json.loads(line) for line in lines(path)]


def picture_taken_since(forwarder, when):
    """A picture whose walk began at `when` or later is shown."""
    forwarder.until_metric("identity_picture_timestamp_seconds", lambda at: at >= when, 20)


def assert_valid_ocsf(events):
    schemas = Schemas("1.8.0")
    wrong = [fault for line in events for fault in ocsf_faults(line, schemas, False)]
    assert events and not wrong, wrong[:5]


def enrichment(event, name="user"):
    return next(e for e in event.get("enrichments", []) if e["name"] == name)


def change_in(path, text=b"Disabled user"):
    until(lambda: any(text in line for line in lines(path)), 20, f"{text} in {path}")
    return next(line for line in lines(path) if text in line)


def about(events, text, whom):
    return [e for e in events
            if e.get("message") == text and e.get("user", {}).get("name") == whom]


def changed(simulator, forwarder, out, text, whom, seconds=20):
    """The OCSF event about a change of someone."""
    until(lambda: about(rows(out), text, whom), seconds, f"{text} of {whom}")
    return about(rows(out), text, whom)[-1]


def test_people_are_shown_as_the_last_picture_has_them(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(0, "--set", "scim_users=30", "--set", "scim_groups=4")
    scim = Scim(simulator)
    out = tmp_path / "out"
    config = configuration(tmp_path, simulator, [file_sink(out, "ocsf")], tenant(tmp_path))
    forwarder = start_forwarder(config)
    ada = scim.create("Ada.Mensah@corp.example", displayName="Ada Mensah", addresses=[
        {"locality": "Lagos"}], **{
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "IT"}})
    red = scim.create_group("Red", ada["id"])
    blue = scim.create_group("Blue")
    picture_taken_since(forwarder, time.time() + 1)

    path = "/Users/" + ada["id"]
    scim.patch(path, ("replace", "title", "Dr"))
    event = changed(simulator, forwarder, out, "Edited user", "Ada.Mensah@corp.example")
    user = event["user"]
    assert (user["uid"], user["display_name"]) == (ada["id"], "Ada Mensah")
    assert user["groups"] == [{"name": "Red"}]
    assert user["ldap_person"] == {"department": "IT", "office_location": "Lagos"}
    found = enrichment(event)
    assert found["data"] == {"status": "found", "active": True}
    assert abs(event["time"] - found["created_time"]) < 20_000
    assert enrichment(event, "actor.user")["data"] == {"status": "missing"}

    # Renamed, moved between groups and deactivated: the next picture has all of it.
    scim.patch(path, ("replace", "displayName", "Ada M. Okafor"))
    scim.patch("/Groups/" + red["id"], ("remove", f'members[value eq "{ada["id"]}"]'))
    scim.patch("/Groups/" + blue["id"], ("add", "members", [{"value": ada["id"]}]))
    scim.patch(path, ("replace", "active", False))
    since = time.time() + 1
    picture_taken_since(forwarder, since)
    scim.patch(path, ("replace", "title", "Prof"))
    until(lambda: len(about(rows(out), "Edited user", "Ada.Mensah@corp.example")) == 3, 20,
          "the last change")
    event = about(rows(out), "Edited user", "Ada.Mensah@corp.example")[-1]
    assert event["user"]["display_name"] == "Ada M. Okafor"
    assert event["user"]["groups"] == [{"name": "Blue"}]
    assert enrichment(event)["data"] == {"status": "found", "active": False}
    assert enrichment(event)["created_time"] >= int(since) * 1000
    assert_valid_ocsf(lines(out))
    status = json.loads(forwarder.get("/status.json")[1])["tenants"][0]["identities"]
    assert status["users"] == 31 and status["groups"] == 6 and status["age_seconds"] < 20

    # Kept: a tenant that does not answer any more is not needed after a restart.
    assert forwarder.stop() == 0
    simulator.fault("503&on=scim")
    forwarder = start_forwarder(config)
    live = len(rows(out))
    until(lambda: forwarder.metric("identity_users", tenant="acme") == 31, 10, "the picture")
    simulator.fault("none&on=scim")
    scim.delete(path)
    simulator.fault("503&on=scim")
    event = changed(simulator, forwarder, out, "Deleted user", "Ada.Mensah@corp.example")
    assert len(rows(out)) > live and event["user"]["display_name"] == "Ada M. Okafor"


def test_each_format_has_a_place_for_people(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(0, "--set", "scim_users=3", "--set", "scim_groups=2")
    scim = Scim(simulator)
    ada = scim.create("ada@corp.example", displayName="Ada = Mensah | x")
    outs = {name: tmp_path / name for name in ("ecs", "cef", "leef", "raw")}
    sinks = [{**file_sink(path, name), "name": name} for name, path in outs.items()]
    forwarder = start_forwarder(configuration(tmp_path, simulator, sinks, tenant(tmp_path)))
    picture_taken_since(forwarder, 1)
    scim.patch("/Users/" + ada["id"], ("replace", "active", False))
    shown = {name: change_in(path) for name, path in outs.items()}
    assert b"Mensah" not in shown["raw"] and ada["id"].encode() not in shown["raw"]

    event = json.loads(shown["ecs"])
    assert not list(ecs_faults(event))
    target = event["user"]["target"]
    assert (target["id"], target["full_name"]) == (ada["id"], "Ada = Mensah | x")
    identity = event["netskope"]["identity"]
    assert identity["actor"] == {"status": "missing"}
    assert identity["target"]["status"] == "found" and identity["taken"].endswith("Z")

    text = shown["cef"].decode()
    assert f"duid={ada['id']}" in text and "flexString1Label=actorIdentity" in text
    value = re.search(r"flexString2=(.*?) flexString2Label=targetIdentity", text).group(1)
    assert json.loads(value.replace("\\=", "="))["display_name"] == "Ada = Mensah | x"
    assert int(re.search(r"deviceCustomDate2=(\d+)", text).group(1)) > 10**12

    values = shown["leef"].decode().split("|", 6)[-1]
    fields = dict(field.split("=", 1) for field in values.split("\t"))
    assert fields["usrIdentity"] == "missing" and fields["accountIdentity"] == "found"
    assert fields["accountScimId"] == ada["id"] and int(fields["identityTime"]) > 10**12


def test_whoever_is_hidden_does_not_come_back(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(0, "--set", "scim_users=3", "--set", "scim_groups=2")
    scim = Scim(simulator)
    ada = scim.create("ada@corp.example", displayName="Ada Mensah")
    scim.create_group("ada@corp.example", ada["id"])
    scim.create_group("Red", ada["id"])
    key = tmp_path / "key"
    key.write_text("0f1e2d3c4b5a69788796a5b4c3d2e1f0\n")
    outs = {name: tmp_path / name for name in ("ocsf", "ecs", "cef", "leef")}
    sinks = [{**file_sink(path, name), "name": name} for name, path in outs.items()]
    forwarder = start_forwarder(configuration(
        tmp_path, simulator, sinks,
        {**tenant(tmp_path), "privacy": {"hash": ["user"], "key_file": str(key)}}))
    picture_taken_since(forwarder, 1)
    scim.patch("/Users/" + ada["id"], ("replace", "active", False))
    for path in outs.values():
        change_in(path)
        text = path.read_text()
        assert "Mensah" not in text and ada["id"] not in text and "ada@corp" not in text.lower()
        assert "hmac-" in text and "Red" in text and "found" in text


def test_events_flow_whatever_scim_does(tmp_path, start_simulator, start_forwarder):
    """One tenant for each thing that goes wrong, one where nothing does, and one that nobody asks
    for users, side by side."""
    config = None
    for how, (flags, _) in {**GONE_WRONG, "unasked": ([], None)}.items():
        simulator = start_simulator(500, "--live", "10", *flags, name="simulator-" + how)
        own = configuration(tmp_path, simulator, [file_sink(tmp_path / "out", "ocsf")],
                            {**tenant(tmp_path), "name": how})
        if how == "unasked":
            del own["tenants"][0]["identities"]
        if config:
            config["tenants"] += own["tenants"]
        else:
            config = own
    forwarder = start_forwarder(config)
    lags = {how: [] for how in [*GONE_WRONG, "unasked"]}
    for how in lags:
        forwarder.until_metric("events_delivered_total", lambda count: count >= 550, 30,
                               tenant=how)
    end = time.monotonic() + (60 if ALL else 5)

    def watched():
        shown = forwarder.metrics()
        for how, seen in lags.items():
            seen.append(shown.get("lag_seconds", tenant=how))
        return time.monotonic() > end

    until(watched, 70, "a while")
    metrics = forwarder.metrics()
    print({how: f"lag {statistics.median(seen):.1f} s, {max(seen):.1f} at most; "
                f"{metrics.get('events_delivered_total', tenant=how):.0f} events"
           for how, seen in lags.items()})
    unchanged = statistics.median(lags["unasked"])
    assert max(statistics.median(seen) for seen in lags.values()) <= unchanged + 1
    assert max(max(seen) for seen in lags.values()) <= max(5, max(lags["unasked"]) + 3)
    for how, (_, result) in GONE_WRONG.items():
        counted = {name: metrics.get("events_identified_total", tenant=how, result=name)
                   for name in ("found", "stale", "missing", "no_picture", "no_user")}
        assert counted[result] > 0, (how, counted)
        assert how == "well" or counted["found"] == counted["stale"] == 0, (how, counted)
        new = metrics.get("events_received_total", tenant=how) - metrics.get(
            "events_deduplicated_total", tenant=how)
        assert sum(counted.values()) == new, (how, counted)
    for how, reason in (("lying", "too_many"), ("refused", "forbidden")):
        assert metrics.get("identities_blocked", tenant=how, reason=reason) == 1


def actors_of(event):
    """What is known of the event's actor, if it names one."""
    return [e["data"]["status"] for e in event.get("enrichments", [])
            if e["name"] in ("actor.user", "user") and "status" in e.get("data", {})]


def actors(path):
    return [status for event in rows(path) for status in actors_of(event)]


def test_a_run_that_ends_by_itself_knows_its_users(tmp_path, start_simulator):
    """Its stream begins with a picture, which is there for what comes after it."""
    simulator = start_simulator(300, "--set", "scim_users=3000", "--set", "scim_delay=500ms")
    out = tmp_path / "out"
    config = configuration(tmp_path, simulator, [file_sink(out, "ocsf")],
                           tenant(tmp_path, refresh="1h"))
    once = command(tmp_path, config, "run", "--once")
    assert once.code == 0, once.err
    shown = actors(out)
    assert len(rows(out)) == 300 and "found" in shown and set(shown) <= {"found", "missing"}

    # The next one, and a row out of the dead letter, show the picture that was kept.
    simulator.fault("503&on=scim")
    known = next(event for event in rows(out) if "found" in actors_of(event))
    name = known["actor"]["user"]["name"]
    raw = json.dumps({"_id": "row-1", "timestamp": int(time.time()), "user": name,
                      "audit_log_event": "Login Successful"})
    (tmp_path / "dead-letter.ndjson").write_text(letter(1, raw=raw) + "\n")
    replayed = command(tmp_path, config, "dead-letter", "replay")
    assert replayed.code == 0 and "1 delivered" in replayed.out, replayed.err
    event = rows(out)[-1]
    assert event["metadata"]["uid"] == "row-1"
    assert "found" in actors_of(event) and json.dumps(known["actor"]["user"]["uid"]) in \
        json.dumps(event)


def test_a_run_that_ends_by_itself_waits_for_nothing_that_will_not_come(tmp_path, start_simulator):
    simulator = start_simulator(300, "--set", "scim_faults=403:1000")
    out = tmp_path / "out"
    config = configuration(tmp_path, simulator, [file_sink(out, "ocsf")], tenant(tmp_path))
    once = command(tmp_path, config, "run", "--once", seconds=20)
    assert once.code == 0, once.err
    assert len(rows(out)) == 300 and set(actors(out)) == {"no_picture"}


def test_a_check_tells_which_kind_of_token_is_where(tmp_path, start_simulator):
    simulator = start_simulator(5, "--set", "scim_users=7")
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out", "ocsf")],
                           tenant(tmp_path))
    (tmp_path / "state").mkdir()

    def findings():
        done = command(tmp_path, config, "check", "--json")
        assert SCIM_TOKEN not in done.out + done.err
        return done.code, done.out

    code, text = findings()
    assert code == 0 and "users: 7 stated" in text
    token_file(tmp_path, simulator.token_file.read_text().strip())
    code, text = findings()
    assert code == 1 and "it is a REST API v2 token" in text
    token_file(tmp_path, "none of these")
    assert findings()[0] != 0


def test_a_life_from_scim_to_kafka(tmp_path, start_simulator, start_forwarder, broker):
    simulator = start_simulator(0, "--set", "scim_audit_lag=2s", "--set", "scim_users=3")
    scim = Scim(simulator)
    topic = f"lives-{os.getpid()}"
    broker.create_topic(topic)
    config = configuration(tmp_path, simulator, [lake(broker, topic, "ocsf")], tenant(tmp_path),
                           state=kafka_state(topic + ".state"))
    forwarder = start_forwarder(config)
    until(lambda: forwarder.metric("identity_users", tenant="acme") == 3, 40, "a picture")
    name = "ada@corp.example"
    # Each change is in a picture before the log shows it: what shows is who it was at the time.
    ada = scim.create(name, displayName="Ada Mensah")
    scim.create_group("Red", ada["id"])
    picture_taken_since(forwarder, time.time() + 1)
    scim.patch("/Users/" + ada["id"], ("replace", "active", False))
    picture_taken_since(forwarder, time.time() + 1)
    scim.delete("/Users/" + ada["id"])
    wanted = {"Created user": 1, "Disabled user": 5, "Deleted user": 6}

    def arrived():
        reader = TopicReader(broker, topic, committed=True)
        reader.read()
        return [record.value for record in reader.records]

    until(lambda: {json.loads(e)["message"] for e in arrived()} >= set(wanted), 40,
          "all changes in Kafka")
    assert_valid_ocsf(arrived())
    events = {e["message"]: e for e in map(json.loads, arrived())}
    for text, activity in wanted.items():
        event = events[text]
        assert (event["class_uid"], event["activity_id"]) == (3001, activity)
        assert event["user"]["uid"] == ada["id"] and event["user"]["display_name"] == "Ada Mensah"
    assert enrichment(events["Disabled user"])["data"]["active"] is False
    assert "last_listed" in enrichment(events["Deleted user"])["data"]
    assert events["Deleted user"]["user"].get("groups") == [{"name": "Red"}]
    added = events["Added user to group"]
    assert added["class_uid"] == 3006 and added["user"]["uid"] == ada["id"]
    # And after a restart the picture comes out of the topic.
    assert forwarder.stop() == 0
    simulator.fault("503&on=scim")
    forwarder = start_forwarder(config)
    until(lambda: forwarder.metric("identity_picture_timestamp_seconds", tenant="acme"), 40,
          "the kept picture")


class Provider:
    """An identity provider: asks again where the tenant limits, fails or is cut off."""

    def __init__(self, simulator):
        self.scim = Scim(simulator)

    def ask(self, method, path, body=None):
        answers = []

        def answered():
            try:
                status, answer = self.scim.ask(method, path, body)
            except (OSError, ValueError, http.client.HTTPException):
                return False
            answers.extend([answer] if status == 200 else [])
            return answers

        until(answered, 60, f"an answer to {method} {path}")
        return answers[0]

    def page(self, kind, start, count):
        return self.ask("GET", f"/{kind}?startIndex={start}&count={count}")

    def patch(self, path, op, attribute, value=None):
        change = {"op": op, "path": attribute, **({} if value is None else {"value": value})}
        self.ask("PATCH", path, {"Operations": [change]})


class Watch:
    """What a forwarder shows of its picture, and the most memory it took while one looked."""

    def __init__(self, forwarder):
        self.forwarder = forwarder
        self.most = 0

    def until(self, name, wanted, seconds):
        def there():
            self.most = max(self.most, self.forwarder.rss_bytes())
            return wanted(self.forwarder.metrics().get(name, tenant="acme"))

        until(there, seconds, name)


def print_walk(metrics, seconds, before, most):
    """-s shows it."""
    def of(name, **labels):
        return metrics.get(name, tenant="acme", **labels)

    codes = {code: int(of("identity_requests_total", code=code))
             for code in ("200", "429", "503", "error")}
    print(f"{of('identity_users'):,.0f} users, {of('identity_groups'):,.0f} groups in "
          f"{seconds:.0f} s; picture {of('identity_bytes') / 2**20:.1f} MiB; resident "
          f"{before / 2**20:.0f} MiB before, {most / 2**20:.0f} MiB at most; answers {codes}; "
          f"lag {of('lag_seconds'):.0f} s")
    return codes


@pytest.mark.long
def test_200000_users_under_a_budget_that_fails_in_the_middle(tmp_path, start_simulator,
                                                              start_forwarder):
    simulator = start_simulator(
        100, "--live", "20", "--set", "scim_users=200500", "--set", "scim_groups=2000",
        "--set", "scim_rate_limit=300/min", "--set", "scim_faults=429:20,503:20,cut:10",
        "--set", "scim_group_delay=3s")
    provider = Provider(simulator)
    out = tmp_path / "out"
    forwarder = start_forwarder(configuration(
        tmp_path, simulator, [file_sink(out, "ocsf")],
        tenant(tmp_path, refresh="120s", rate_limit="290/min", burst=5)))
    forwarder.until_metric("events_delivered_total", lambda count: count >= 100, 60, tenant="acme")
    before = forwarder.rss_bytes()
    began = time.time()
    page = provider.page("Users", 150_001, 2)
    total, (moved, renamed) = page["totalResults"], page["Resources"]
    assert total >= 200_000
    watch = Watch(forwarder)
    watch.until("identity_users", lambda users: users == total, 240)
    metrics = forwarder.metrics()
    codes = print_walk(metrics, time.time() - began, before, watch.most)
    assert metrics.get("identity_walks_total", tenant="acme", result="whole") == 1
    assert metrics.get("identity_groups", tenant="acme") == 2000
    assert codes["200"] >= total / 1000 + 2 and codes["429"] > 0 and codes["503"] > 0
    assert metrics.get("identity_bytes", tenant="acme") <= 64 << 20
    assert metrics.get("lag_seconds", tenant="acme") <= 10

    # One gets another name to be shown by and another group and is deactivated, another a new user
    # name.
    own = {group["value"]: group["display"] for group in moved["groups"]}
    left = moved["groups"][0]["value"]
    joined = next(group for group in provider.page("Groups", 1, 20)["Resources"]
                  if group["id"] not in own)
    path, name = "/Users/" + moved["id"], moved["userName"]
    provider.patch("/Groups/" + left, "remove", f'members[value eq "{moved["id"]}"]')
    provider.patch("/Groups/" + joined["id"], "add", "members", [{"value": moved["id"]}])
    provider.patch(path, "replace", "displayName", "Another Name")
    provider.patch(path, "replace", "active", False)
    new_name = "new-name@corp.example"
    provider.patch("/Users/" + renamed["id"], "replace", "userName", new_name)

    # Until the next picture events show the one there is, and say so.
    first = int(metrics.get("identity_picture_timestamp_seconds", tenant="acme"))
    event = changed(simulator, forwarder, out, "Disabled user", name)
    assert event["user"]["display_name"] == moved["displayName"]
    assert {group["name"] for group in event["user"]["groups"]} == set(own.values())
    assert enrichment(event)["data"] == {"status": "found", "active": True}
    assert enrichment(event)["created_time"] == first * 1000
    event = changed(simulator, forwarder, out, "Edited user", new_name)
    assert enrichment(event)["data"] == {"status": "missing"} and "uid" not in event["user"]

    since = int(time.time()) + 4  # scim_group_delay
    watch.until("identity_picture_timestamp_seconds", lambda at: at >= since, 300)
    print_walk(forwarder.metrics(), time.time() - since, before, watch.most)
    second = int(forwarder.metric("identity_picture_timestamp_seconds", tenant="acme"))

    def shown(path, name):
        """The next event about someone."""
        known = len(about(rows(out), "Edited user", name))
        provider.patch(path, "replace", "title", f"Title {known}")
        until(lambda: len(about(rows(out), "Edited user", name)) > known, 30, "the next event")
        return about(rows(out), "Edited user", name)[-1]

    event = shown(path, name)
    assert event["user"]["display_name"] == "Another Name"
    assert {group["name"] for group in event["user"]["groups"]} == \
        {name for group, name in own.items() if group != left} | {joined["displayName"]}
    assert enrichment(event)["data"] == {"status": "found", "active": False}
    assert enrichment(event)["created_time"] == second * 1000
    event = shown("/Users/" + renamed["id"], new_name)
    assert event["user"]["uid"] == renamed["id"]
    assert event["user"]["display_name"] == renamed["displayName"]
    assert enrichment(event)["data"] == {"status": "found", "active": True}
    metrics = forwarder.metrics()
    assert metrics.get("identity_users", tenant="acme") == total
    assert metrics.get("lag_seconds", tenant="acme") <= 10
