# SPDX-License-Identifier: Apache-2.0
"""Each dialect of the API that `paging` can pin is walked whole."""
import pytest

from forwarder import configuration, file_sink, run_once
from ledger import assert_all_arrived, ids_in_file

EVENTS = 20_000

LIVE = [{"parameter": "offset", "window": window, "order": "auto"}
        for window in ("insertion", "event")]
GUIDE = {"parameter": "skip", "window": "none"}


def walked_whole(tmp_path, simulator, paging):
    out = tmp_path / "events.ndjson"
    config = configuration(tmp_path, simulator, [file_sink(out)],
                           tenant={"paging": paging, "page_size": 1000})
    done = run_once(tmp_path, config)
    assert done.code == 0, done.stderr()
    assert_all_arrived(simulator.ledger(), ids_in_file(out))


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("paging", LIVE, ids=lambda paging: paging["window"])
def test_live(tmp_path, program, start_simulator, paging, order):
    simulator = start_simulator(EVENTS, "--dialect", "live", "--order", order)
    walked_whole(tmp_path, simulator, paging)


@pytest.mark.parametrize("order", ["newest", "oldest", "none"])
@pytest.mark.parametrize("pinned", [True, False], ids=["pinned", "learned"])
def test_guide(tmp_path, program, start_simulator, order, pinned):
    simulator = start_simulator(EVENTS, "--dialect", "guide", "--order", order)
    walked_whole(tmp_path, simulator, {**GUIDE, "order": order if pinned else "auto"})


@pytest.mark.parametrize("order", ["newest", "oldest", "none"])
def test_windows_ignored(tmp_path, program, start_simulator, order):
    simulator = start_simulator(EVENTS, "--scenario", "window-ignored", "--order", order)
    walked_whole(tmp_path, simulator, {"parameter": "offset", "window": "none"})


def test_compressed_and_over_tls(tmp_path, program, start_simulator, certificates):
    simulator = start_simulator(EVENTS, "--gzip", certificates=certificates)
    out = tmp_path / "events.ndjson"
    config = configuration(tmp_path, simulator, [file_sink(out)],
                           tenant={"tls": {"ca_file": str(certificates.ca)}})
    done = run_once(tmp_path, config)
    assert done.code == 0, done.stderr()
    assert_all_arrived(simulator.ledger(), ids_in_file(out))


def test_an_unknown_authority_is_refused(tmp_path, start_simulator, start_forwarder, certificates):
    simulator = start_simulator(100, certificates=certificates)
    out = tmp_path / "events.ndjson"
    forwarder = start_forwarder(configuration(tmp_path, simulator, [file_sink(out)]))
    forwarder.until_metric("requests_total", lambda n: n >= 1, 30, tenant="acme", code="error")
    assert simulator.running() and forwarder.running()
    assert forwarder.stop() == 0
    assert ids_in_file(out) == []
