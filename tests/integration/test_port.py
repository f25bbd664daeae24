# SPDX-License-Identifier: Apache-2.0
"""The port bears what comes: many streams, a scraper that reads slowly, connections that say nothing,
requests that are none. No stream is delayed by any of it."""
import os
import socket
import time
from pathlib import Path

import pytest

from conftest import ALL
from forwarder import configuration, file_sink
from waiting import until


def many(tmp_path, simulator, streams):
    """So many tenants, which are one and the same."""
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")],
                           tenant={"poll_interval": "1m", "start": "1m"})
    tenant = config["tenants"][0]
    config["tenants"] = [{**tenant, "name": f"t{number}"} for number in range(streams)]
    return config


def scrape(forwarder):
    """Seconds and bytes of one; the best of five."""
    best = None
    for _ in range(5):
        begun = time.monotonic()
        status, text = forwarder.get("/metrics")
        took = time.monotonic() - begun
        assert status == 200
        best = min(best or took, took)
    return best, len(text)


def test_a_scrape_of_200_streams_is_quick_and_grows_in_line(tmp_path, start_simulator,
                                                             start_forwarder):
    simulator = start_simulator(0)
    size = {}
    for streams in (50, 200):
        directory = tmp_path / str(streams)
        (directory / "state").mkdir(parents=True)
        forwarder = start_forwarder(many(directory, simulator, streams), name=f"of-{streams}")
        until(lambda: forwarder.get("/readyz")[0] == 200, 90, "all streams to have tried")
        seconds, size[streams] = scrape(forwarder)
        print(f"{streams} streams: {seconds * 1000:.1f} ms, {size[streams]} bytes")
        assert forwarder.stop() == 0
    assert seconds < 0.05, f"a scrape took {seconds * 1000:.0f} ms"
    each = (size[200] - size[50]) / 150
    assert size[50] < 60 * each, "what grows is not the streams"
    assert each < 20_000


@pytest.fixture
def busy(tmp_path, start_simulator, start_forwarder):
    simulator = start_simulator(500, "--live", 50)
    forwarder = start_forwarder(configuration(tmp_path, simulator, [file_sink(tmp_path / "out")],
                                              tenant={"poll_interval": "200ms"}))
    forwarder.until_metric("events_delivered_total", lambda n: n >= 500, 30)
    host, port = forwarder.http.removeprefix("http://").split(":")
    forwarder.address = (host, int(port))
    return forwarder


def connect(address, receive_buffer=None):
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(15)
    connection.connect(address)
    return connection


def goes_on(busy, path):
    """Events are delivered at the pace at which they come: seen in the file, not at the port."""
    def lines():
        return Path(path).read_bytes().count(b"\n")

    before = lines()
    begun = time.monotonic()
    until(lambda: lines() >= before + 100, 10, "100 more events")
    return time.monotonic() - begun


def test_slow_scrapers_and_idle_connections_delay_nothing(tmp_path, busy):
    usual = goes_on(busy, tmp_path / "out")
    descriptors = len(os.listdir(f"/proc/{busy.pid}/fd"))
    idle = [connect(busy.address) for _ in range(200)]
    slow = [connect(busy.address, receive_buffer=1024) for _ in range(3)]
    for connection in slow:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    for number, connection in enumerate(idle):
        if number % 2:
            connection.sendall(b"GET /metr")
    assert goes_on(busy, tmp_path / "out") < usual + 3
    # Whoever asks in order is answered meanwhile.
    begun = time.monotonic()
    assert busy.get("/healthz") == (200, "ok\n")
    waited = time.monotonic() - begun
    print(f"/healthz beside 203 connections: {waited:.2f} s")
    assert waited < 10
    assert busy.get("/metrics")[0] == 200
    # They are let go by themselves, and nothing is left of them.
    until(lambda: len(os.listdir(f"/proc/{busy.pid}/fd")) <= descriptors + 3, 40,
          "connections to be closed")
    for connection in idle + slow:
        connection.close()


HOSTILE = {
    "nothing": b"\r\n\r\n",
    "garbage": bytes(range(256)) * 4 + b"\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a huge header": b"GET /metrics HTTP/1.1\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
    "a million headers": b"GET /metrics HTTP/1.1\r\n" + b"a: b\r\n" * 100_000 + b"\r\n",
    "a huge path": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a huge body": b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
                   + b"x" * 100_000,
    "a negative body": b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "chunks without end": b"GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                          + b"ffffffffffffffff\r\n",
    "two lengths": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a path upwards": b"GET /../../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path upwards, hidden": b"GET /..%2f..%2f%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path with a NUL": b"GET /metrics%00.html HTTP/1.1\r\nHost: x\r\n\r\n",
    "an address": b"GET http://169.254.169.254/latest HTTP/1.1\r\nHost: x\r\n\r\n",
    "a proxy's request": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n",
    "line breaks in the query": b"GET /readyz?tenant=a%0d%0aSet-Cookie:%20x=1 HTTP/1.1\r\n"
                                b"Host: x\r\n\r\n",
    "an upgrade": b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
}


def ask(address, request):
    """What comes back before the end, at most a MiB."""
    with connect(address) as connection:
        answer = b""
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while len(answer) < 1 << 20 and (part := connection.recv(65536)):
                answer += part
        except OSError:
            pass  # it hung up
        return answer


def test_hostile_requests_are_refused(busy):
    memory = busy.rss_bytes()
    for name, request in HOSTILE.items():
        answer = ask(busy.address, request)
        assert b"root:" not in answer and b"Set-Cookie" not in answer.split(b"\r\n\r\n")[0], name
        if answer.startswith(b"HTTP/1.") and b" 200 " in answer[:20]:
            # A path ends at a NUL; what stands before it is asked for.
            assert name in ("two lengths", "an upgrade", "chunks without end",
                            "a path with a NUL"), \
                f"{name}: {answer[:200]}"
    # A request that comes a byte at a time is not waited for for ever.
    with connect(busy.address) as drip:
        begun = time.monotonic()
        closed = False
        for byte in b"GET /metrics HTTP/1.1\r\nX: " + b"y" * 10_000:
            try:
                drip.sendall(bytes([byte]))
                drip.settimeout(0.25)
                closed = drip.recv(1) in (b"", b"H")
            except TimeoutError:
                continue
            except OSError:
                closed = True
            if closed:
                break
        assert closed and time.monotonic() - begun < 20, "a dripping request is kept"
    assert busy.running() and busy.get("/metrics")[0] == 200
    assert busy.rss_bytes() < memory + 20 * 1024 * 1024


def test_the_port_fuzzed(busy, chance):
    """Parts of requests, cut, joined and with bytes turned over."""
    seeds = [request for request in HOSTILE.values() if len(request) < 5_000]
    seeds += [b"GET /status.json HTTP/1.1\r\nHost: x\r\n\r\n", b"HEAD / HTTP/1.0\r\n\r\n"]
    seconds = 60 if ALL else 3
    end = time.monotonic() + seconds
    tried = 0
    while time.monotonic() < end:
        one, other = chance.choice(seeds), chance.choice(seeds)
        request = bytearray(one[:chance.randrange(len(one) + 1)]
                            + other[chance.randrange(len(other)):])
        for _ in range(chance.randrange(4)):
            if request:
                request[chance.randrange(len(request))] = chance.randrange(256)
        answer = ask(busy.address, bytes(request))
        assert b"root:" not in answer
        tried += 1
    print(f"{tried} requests")
    assert busy.running(), busy.stderr()[-3000:]
    assert busy.get("/healthz")[0] == 200
    assert busy.metric("stream_up", tenant="acme") == 1
