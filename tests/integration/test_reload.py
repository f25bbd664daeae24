# SPDX-License-Identifier: Apache-2.0
"""SIGHUP: what changed in the configuration begins anew, the rest is not touched, and a file that is
wrong changes nothing."""
import json
import signal

from forwarder import configuration, file_sink
from ledger import Comparison, ids_in_file
from waiting import until


def two_tenants(tmp_path, start_simulator):
    """A configuration of acme and beta, each to a sink of its own, and their simulators."""
    simulators = {name: start_simulator(500, "--live", 50, "--seed", seed, name=name)
                  for seed, name in enumerate(("acme", "beta"), 1)}
    sinks = [{**file_sink(tmp_path / f"{name}.out"), "name": f"to-{name}"} for name in simulators]
    config = configuration(tmp_path, simulators["acme"], sinks,
                           tenant={"poll_interval": "200ms", "sinks": ["to-acme"]})
    config["tenants"].append({**config["tenants"][0], "name": "beta",
                              "url": simulators["beta"].url,
                              "token_file": str(simulators["beta"].token_file),
                              "sinks": ["to-beta"]})
    return config, simulators


def reload(tmp_path, forwarder, config):
    """Writes the configuration (or text) and has it read again."""
    text = config if isinstance(config, str) else json.dumps(config, indent=2)
    (tmp_path / "forwarder.yaml").write_text(text)
    forwarder.send(signal.SIGHUP)


def begun_anew(forwarder):
    return [line.split()[2].rstrip(":") for line in forwarder.stderr().splitlines()
            if "begins anew" in line]


def wait_for_line(forwarder, text):
    until(lambda: text in forwarder.stderr(), 15, f"'{text}' in the log")


def arrived_in(tmp_path, *files):
    return [name for file in files for name in ids_in_file(tmp_path / file)]


def test_what_changed_begins_anew_and_the_rest_goes_on(tmp_path, start_simulator, start_forwarder):
    config, simulators = two_tenants(tmp_path, start_simulator)
    forwarder = start_forwarder(config)
    for name in simulators:
        forwarder.until_metric("events_delivered_total", lambda n: n >= 500, 30, tenant=name)

    # A tenant's key: its stream begins anew, and knows what it delivered.
    config["tenants"][1]["page_size"] = 100
    received = forwarder.metric("events_received_total", tenant="acme")
    reload(tmp_path, forwarder, config)
    until(lambda: begun_anew(forwarder) == ["beta/audit"], 15, "beta to begin anew")
    assert forwarder.metric("events_received_total", tenant="acme") >= received
    assert forwarder.metric("config_last_reload_successful") == 1
    forwarder.until_metric("events_delivered_total", lambda n: n >= 50, 15, tenant="beta")

    # A sink's place: the new one takes over, and its streams go on.
    config["sinks"][0]["path"] = str(tmp_path / "acme-2.out")
    reload(tmp_path, forwarder, config)
    until(lambda: (tmp_path / "acme-2.out").exists() and ids_in_file(tmp_path / "acme-2.out"), 15,
          "events at the new place")
    assert begun_anew(forwarder) == ["beta/audit"]

    # One less and one more.
    gone = config["tenants"].pop()
    config["sinks"].pop()
    simulators["gamma"] = start_simulator(300, "--seed", 9, name="gamma")
    config["tenants"].append({**gone, "name": "gamma", "url": simulators["gamma"].url,
                              "token_file": str(simulators["gamma"].token_file),
                              "sinks": ["to-gamma"]})
    config["sinks"].append({**file_sink(tmp_path / "gamma.out"), "name": "to-gamma"})
    reload(tmp_path, forwarder, config)
    wait_for_line(forwarder, "beta/audit: ends: it is not configured any more")
    forwarder.until_metric("events_delivered_total", lambda n: n >= 300, 30, tenant="gamma")
    metrics = forwarder.metrics()
    assert metrics.get("events_received_total", tenant="beta") is None
    assert metrics.get("sink_errors_total", sink="to-beta") is None
    status = json.loads(forwarder.get("/status.json")[1])
    assert [s["tenant"] for s in status["streams"]] == ["acme", "gamma"]

    # Nothing was lost at any of it, and nothing repeated but a batch at the sink that went.
    shown = simulators["acme"].ledger()
    until(lambda: not Comparison(shown, arrived_in(tmp_path, "acme.out", "acme-2.out")).lost, 20,
          "all events of acme")
    assert forwarder.stop() == 0
    batch = config.get("batch", {}).get("events", 10_000)
    for name, files, repeats in (("acme", ["acme.out", "acme-2.out"], batch),
                                 ("beta", ["beta.out"], 0), ("gamma", ["gamma.out"], 0)):
        found = Comparison(simulators[name].ledger(), arrived_in(tmp_path, *files))
        assert found.repeats <= repeats and not found.unknown, f"{name}: {found}"


def test_a_wrong_file_changes_nothing(tmp_path, start_simulator, start_forwarder):
    config, _ = two_tenants(tmp_path, start_simulator)
    forwarder = start_forwarder(config)
    forwarder.until_metric("events_delivered_total", lambda n: n >= 500, 30, tenant="acme")
    read = forwarder.metric("config_last_reload_timestamp_seconds")

    def refused(text, changed):
        reload(tmp_path, forwarder, changed)
        wait_for_line(forwarder, text)
        forwarder.until_metric("config_last_reload_successful", lambda n: n == 0, 10)
        error = json.loads(forwarder.get("/status.json")[1])["config"]["error"]
        assert "the configuration stays as it was" in error
        # And good again.
        reload(tmp_path, forwarder, config)
        forwarder.until_metric("config_last_reload_successful", lambda n: n == 1, 10)

    wrong = json.dumps(config, indent=2).replace('"burst"', '"brust"').replace("1000,", "-1,")
    refused("forwarder.yaml:", wrong)
    assert "brust" in forwarder.stderr() and "burst" in forwarder.stderr()
    refused("the file is empty", "")
    refused("only a restart takes up another server",
            {**config, "server": {"listen": "127.0.0.1:1"}})
    refused("only a restart takes up another state",
            {**config, "state": {"type": "sqlite", "path": str(tmp_path)}})
    # All that can fail is tried before anything is touched.
    changed = json.loads(json.dumps(config))
    changed["tenants"][0]["page_size"] = 7
    changed["sinks"].append({"name": "more", "type": "file",
                             "path": str(tmp_path / "none" / "there")})
    refused("none/there", changed)
    assert begun_anew(forwarder) == []
    assert forwarder.metric("config_last_reload_timestamp_seconds") >= read
    assert forwarder.get("/readyz")[0] == 200
    assert forwarder.stop() == 0
