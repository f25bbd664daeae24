# SPDX-License-Identifier: Apache-2.0
"""The token is nowhere: a run with every kind of error, at debug level, and all that it shows."""
import base64
import resource
import stat
import urllib.parse
from pathlib import Path

from commands import command
from fake_tenant import FakeTenant
from forwarder import configuration, file_sink, run_once
from simulator import Simulator
from waiting import until

# With characters that are written otherwise in a URL and in JSON.
TOKEN = "s3cret/+tok=en&\"quoted\"-0123456789abcdef"
BROKER_PASSWORD = "kafka-pass/+word%9876543210"
FAULTS = ["401", "403", "429", "500-html", "502", "ok-zero", "error-text", "html", "truncated",
          "reset", "cut", "302", "404", "400", "bomb", "result-null", "204"]


def forms(secret):
    """The secret as it could be found: plain, escaped, percent-encoded, hex, base64 at each of the
    three places where it may begin, of which the ends are cut that depend on what stands beside."""
    plain = secret.encode()
    found = {plain, secret.replace("\"", "\\\"").encode(), urllib.parse.quote(secret).encode(),
             urllib.parse.quote(secret, safe="").encode(), urllib.parse.quote_plus(secret).encode(),
             plain.hex().encode(), plain.hex().upper().encode()}
    for begin in range(3):
        whole = base64.b64encode(b"\0" * begin + plain)
        middle = whole[4 if begin else 0:-4]
        found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def assert_nowhere(secret, places):
    for place, content in places.items():
        content = content.encode() if isinstance(content, str) else content
        for form in forms(secret):
            assert form not in content, f"{place} shows the secret as {form[:8]}..."


def files_below(directory, but):
    return {str(path): path.read_bytes() for path in Path(directory).rglob("*")
            if path.is_file() and path not in but}


def echo(_, headers):
    """A tenant that sends the token back in whatever it says."""
    token = headers.get("Netskope-Api-Token", "")
    return 403, {"X-Echo": token}, f"refused: {token}".encode()


def test_forms_are_found():
    for text in (TOKEN, base64.b64encode(b"x:" + TOKEN.encode()).decode(), TOKEN.encode().hex()):
        try:
            assert_nowhere(TOKEN, {"here": "before " + text + " behind"})
        except AssertionError:
            continue
        raise AssertionError(f"{text} was not found")


def test_the_token_is_nowhere(tmp_path, start_forwarder):
    faults = ",".join(f"{fault}:{400 // len(FAULTS)}" for fault in FAULTS)
    simulator = Simulator(tmp_path, 3_000, "--live", "20", "--set", "odd_rows=not-object:5", "--set",
                          f"faults={faults}")
    simulator.token_file.write_text(TOKEN + "\n")
    out = tmp_path / "out"
    sinks = [file_sink(out),
             {"name": "siem", "type": "syslog", "address": ["tcp://127.0.0.1:1"], "format": "cef"},
             {"name": "lake", "type": "kafka", "brokers": ["127.0.0.1:1"], "topic": "t",
              "properties": {"security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN",
                             "sasl.username": "u", "sasl.password": "${BROKER_PASSWORD}",
                             "debug": "security,broker"}}]
    config = configuration(tmp_path, simulator, sinks, log={"level": "debug"})
    # One tenant's sinks cannot be reached; the others see every fault soon, as they are many.
    [tenant] = config["tenants"]
    tenant |= {"sinks": ["out"], "poll_interval": "100ms"}
    config["tenants"] = [{**tenant, "name": "stuck", "sinks": ["siem", "lake"]}, tenant]
    config["tenants"] += [{**tenant, "name": f"acme-{number}"} for number in range(12)]
    kept = {simulator.token_file}
    places = {}
    try:
        forwarder = start_forwarder(config, env={"BROKER_PASSWORD": BROKER_PASSWORD})
        until(lambda: simulator.stats()["faults"].keys() >= set(FAULTS), 90, "every fault")
        forwarder.until_metric("events_delivered_total", lambda n: n > 1000, 60)
        until(lambda: all(code in forwarder.stderr() for code in ("401", "403", "302")), 60,
              "the errors in the log")
        for path in ("/", "/status.json", "/metrics", "/healthz", "/readyz"):
            places[path] = forwarder.get(path)[1]
        places["cmdline"] = Path(f"/proc/{forwarder.pid}/cmdline").read_bytes()
        environ = Path(f"/proc/{forwarder.pid}/environ").read_bytes()
        assert_nowhere(TOKEN, {"environ": environ})  # it came by file
        limits = Path(f"/proc/{forwarder.pid}/limits").read_text()
        assert "Max core file size        0                    0 " in limits
        assert forwarder.stop() in (0, 143)
        places["log"] = forwarder.stderr() + forwarder.stdout()
    finally:
        simulator.close()
    for words in (["config", "print"], ["check"], ["state", "show"], ["state", "export"],
                  ["dead-letter", "list"]):
        file = tmp_path / "command.yaml"
        done = command(tmp_path, {**config, "sinks": sinks[:1], "tenants": [tenant]}, *words)
        places[" ".join(words)] = done.out + done.err
        kept.add(file)
    places |= files_below(tmp_path, kept)  # dead letter, state, logs, events
    assert str(tmp_path / "dead-letter.ndjson") in places
    assert_nowhere(TOKEN, places)
    assert_nowhere(BROKER_PASSWORD, places)
    for path in [tmp_path / "dead-letter.ndjson", *(tmp_path / "state").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_tenant_that_repeats_the_token(tmp_path, start_forwarder):
    """What a server says ends up in the log: of its words the token is blotted out."""
    token_file = tmp_path / "token"
    token_file.write_text(TOKEN + "\n")
    with FakeTenant(echo) as tenant:
        tenant.token_file = token_file
        config = configuration(tmp_path, tenant, [file_sink(tmp_path / "out")],
                               log={"level": "debug"})
        forwarder = start_forwarder(config)
        until(lambda: "refused: " in forwarder.stderr(), 30, "the tenant's words")
        assert_nowhere(TOKEN, {"log": forwarder.stderr(), "metrics": forwarder.get("/metrics")[1]})


def test_cores_are_allowed_only_when_asked_for(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(10)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        allowed = start_forwarder(config, "--allow-core")
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
    allowed.until_metric("events_delivered_total", lambda n: n == 10, 30, tenant="acme")
    [line] = [line for line in Path(f"/proc/{allowed.pid}/limits").read_text().splitlines()
              if line.startswith("Max core file size")]
    assert ("unlimited" in line) == (hard == resource.RLIM_INFINITY)
    assert allowed.stop() == 0
    assert "--allow-core: " in allowed.stderr()
    assert "--allow-core" not in run_once(tmp_path, config, name="usual").stderr()
