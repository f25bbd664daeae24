# SPDX-License-Identifier: Apache-2.0
"""A wrong token stops nothing but the stream, says what to do, and is followed when it is mended."""
import pytest

from forwarder import configuration, file_sink, run_once
from ledger import assert_all_arrived, ids_in_file
from simulator import TOKEN
from waiting import until

EVENTS = 5_000
SCIM_TOKEN = "simulator-scim-token"
WRONG = [("401", "no-such-token-0123456789"), ("403", SCIM_TOKEN)]


def with_token(tmp_path, simulator, token, **more):
    """A configuration whose token file is the forwarder's own."""
    token_file = tmp_path / "forwarder.token"
    token_file.write_text(token + "\n")
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "events.ndjson")],
                           tenant={"token_file": str(token_file), **more})
    return config, token_file


@pytest.mark.parametrize("code, token", WRONG)
def test_goes_on_when_the_token_is_mended(tmp_path, start_simulator, start_forwarder, code, token):
    simulator = start_simulator(EVENTS)
    config, token_file = with_token(tmp_path, simulator, token)
    forwarder = start_forwarder(config)
    forwarder.until_metric("stream_blocked", lambda blocked: blocked == 1, 30, tenant="acme")
    assert forwarder.metric("requests_total", tenant="acme", code=code) >= 1
    assert forwarder.metric("stream_up", tenant="acme") == 0
    until(lambda: "REST API v2" in forwarder.stderr(), 10, "the log to say which token is wanted")
    said = forwarder.stderr()
    assert "Settings > Tools > REST API v2" in said and code in said, said
    assert token not in said, "the log shows the token"
    assert forwarder.metric("events_received_total", tenant="acme") == 0
    assert ids_in_file(tmp_path / "events.ndjson") == []

    token_file.write_text(TOKEN + "\n")
    forwarder.until_metric("events_delivered_total", lambda n: n == EVENTS, 90, tenant="acme")
    assert not forwarder.metric("stream_blocked", tenant="acme")
    assert forwarder.stop() == 0
    assert_all_arrived(simulator.ledger(), ids_in_file(tmp_path / "events.ndjson"))


@pytest.mark.parametrize("code, token", WRONG)
def test_the_cursor_stays(tmp_path, program, start_simulator, code, token):
    """Refused in the middle of its life, the stream loses and repeats nothing."""
    simulator = start_simulator(EVENTS, "--live", "50")
    config, token_file = with_token(tmp_path, simulator, TOKEN)
    assert run_once(tmp_path, config, name="good").code == 0
    token_file.write_text(token + "\n")
    refused = run_once(tmp_path, config, name="refused")
    assert refused.code == 3, refused.stderr()
    assert "REST API v2" in refused.stderr()
    token_file.write_text(TOKEN + "\n")
    shown = simulator.ledger()
    assert run_once(tmp_path, config, name="mended").code == 0
    arrived = ids_in_file(tmp_path / "events.ndjson")
    assert set(shown) <= set(arrived)
    assert len(arrived) == len(set(arrived)), "a restart in order repeats nothing"


def test_a_token_is_followed_when_it_is_renewed(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(EVENTS)
    config, token_file = with_token(tmp_path, simulator, TOKEN)
    forwarder = start_forwarder(config)
    forwarder.until_metric("events_delivered_total", lambda n: n == EVENTS, 60, tenant="acme")
    simulator.token_file.write_text("renewed-token-abcdef\n")
    forwarder.until_metric("requests_total", lambda n: n >= 1, 30, tenant="acme", code="401")
    token_file.write_text("renewed-token-abcdef\n")
    forwarder.until_metric("stream_up", lambda up: up == 1, 90, tenant="acme")
    assert forwarder.stop() == 0
