# SPDX-License-Identifier: Apache-2.0
"""`check` against a live tenant and live sinks: each finding says what, why and how to mend it."""
import pytest

from commands import command
from forwarder import configuration, file_sink
from ports import free_port


def level_of(done, subject):
    return [f["level"] for f in done.json()["findings"] if f["subject"].startswith(subject)]


def test_all_is_well(tmp_path, start_simulator):
    config = configuration(tmp_path, start_simulator(10), [file_sink(tmp_path / "out")])
    done = command(tmp_path, config, "check", "--json")
    assert done.code == 0, done.out
    assert done.json()["ok"] is True
    assert level_of(done, "tenant acme, audit") == ["good", "good"]  # the token; what it honours
    assert level_of(done, "sink out") == ["good"]
    assert not (tmp_path / "out").exists(), "nothing is written without --write"
    people = command(tmp_path, config, "check")
    assert people.code == 0 and "the token is taken" in people.out


def test_a_token_that_is_refused(tmp_path, start_simulator):
    simulator = start_simulator(10)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    bad = tmp_path / "bad.token"
    bad.write_text("not-the-token-of-this-tenant\n")
    config["tenants"][0]["token_file"] = str(bad)
    done = command(tmp_path, config, "check", "--json")
    assert done.code == 1 and done.json()["ok"] is False
    [finding] = [f for f in done.json()["findings"] if f["level"] == "wrong"]
    assert finding["subject"] == "tenant acme, audit" and str(bad) in finding["what"]
    assert "not-the-token" not in done.out + done.err


def test_a_budget_that_leaves_little(tmp_path, start_simulator):
    """A file that asks for more than the budget is refused by itself; half of it is a warning."""
    config = configuration(tmp_path, start_simulator(1), [file_sink(tmp_path / "out")],
                           tenant={"rate_limit": "60/min", "burst": 4, "poll_interval": "3s"})
    done = command(tmp_path, config, "check", "--json")
    assert done.code == 0, done.err
    [finding] = [f for f in done.json()["findings"] if "request budget" in f["subject"]]
    assert finding["level"] == "warning" and "40 requests a minute of 60" in finding["what"]
    assert "poll_interval" in finding["mend"]
    config["tenants"][0]["poll_interval"] = "30s"
    assert level_of(command(tmp_path, config, "check", "--json"),
                    "tenant acme, request budget") == ["good"]


@pytest.mark.parametrize("scenario, side",
                         [("clock-ahead", "behind the tenant's"), ("clock-behind", "ahead of it")])
def test_clocks_that_differ(tmp_path, start_simulator, scenario, side):
    simulator = start_simulator(10, "--scenario", scenario)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    done = command(tmp_path, config, "check", "--json")
    assert done.code == 1
    [finding] = [f for f in done.json()["findings"] if f["level"] == "wrong"]
    assert side in finding["what"] and "NTP" in finding["mend"]


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_a_receiver_that_is_not_there(tmp_path, start_simulator, scheme):
    port = free_port()
    sink = {"name": "siem", "type": "syslog", "address": [f"{scheme}://127.0.0.1:{port}"],
            "format": "ocsf"}
    config = configuration(tmp_path, start_simulator(1), [sink])
    done = command(tmp_path, config, "check", "--json")
    assert done.code == 1
    assert level_of(done, "sink siem") == ["wrong"]


def test_brokers_that_are_not_there(tmp_path, start_simulator):
    sink = {"name": "lake", "type": "kafka", "brokers": [f"127.0.0.1:{free_port()}"],
            "topic": "t", "format": "ocsf"}
    config = configuration(tmp_path, start_simulator(1), [sink])
    done = command(tmp_path, config, "check", "--json")
    assert done.code == 1
    assert level_of(done, "sink lake") == ["wrong"]


def test_one_test_message_with_write(tmp_path, start_simulator):
    out = tmp_path / "out"
    config = configuration(tmp_path, start_simulator(10), [file_sink(out)])
    assert command(tmp_path, config, "check", "--write").code == 0
    [line] = out.read_text().splitlines()
    assert "a test, no event" in line


def test_a_state_beside_its_owner(tmp_path, start_simulator, start_forwarder):
    config = configuration(tmp_path, start_simulator(10), [file_sink(tmp_path / "out")])
    owner = start_forwarder(config)
    owner.until_metric("events_delivered_total", lambda n: n >= 10, 60, tenant="acme")
    done = command(tmp_path, config, "check", "--json")
    assert done.code == 0
    [state] = [f for f in done.json()["findings"] if f["subject"].startswith("state ")]
    assert f"pid {owner.pid}" in state["what"]
    assert owner.running()
