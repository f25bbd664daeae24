# SPDX-License-Identifier: Apache-2.0
"""A run in which everything goes wrong once, scraped by a real Prometheus: a tenant for each trouble,
a full disk, a fault of the account that only a made-up target can show, and one forwarder that is
well all the time."""
import contextlib
import datetime
import http.server
import signal
import threading
import time
import urllib.error
import urllib.request

from forwarder import Forwarder, configuration, file_sink, free_port
from metrics import Metrics
from scim import token_file
from prometheus import Prometheus
from simulator import Simulator
from waiting import until

# What a program that loses one event of ten would show.
BROKEN_ACCOUNT = """\
netskope_forwarder_build_info{version="0",commit="none"} 1
netskope_forwarder_events_received_total{tenant="t",stream="audit"} 10
netskope_forwarder_events_out_of_window_total{tenant="t",stream="audit"} 0
netskope_forwarder_events_deduplicated_total{tenant="t",stream="audit"} 0
netskope_forwarder_events_pending{tenant="t",stream="audit"} 0
netskope_forwarder_events_filtered_total{tenant="t",stream="audit",reason="own_call"} 0
netskope_forwarder_events_delivered_total{tenant="t",stream="audit",sink="out"} 9
netskope_forwarder_events_dead_lettered_total{tenant="t",stream="audit",sink="out",reason="invalid"} 0
"""


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(BROKEN_ACCOUNT.encode())

    def log_message(self, *_):
        pass


def _tomorrow():
    day = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    return day.strftime("%Y-%m-%dT%H:%M:%SZ")


# Without its token.
IDENTITIES = {"refresh": "2s", "rate_limit": "6000/min", "burst": 10}

# By tenant: flags of its simulator, and keys of its configuration.
TENANTS = {
    # Well, with rows that come late, a budget that is stated, and a token that will expire.
    "acme": (("--live", 20, "--rate-limit", "60000/min", "--set", "hidden_percent=20",
              "--set", "hidden_for=6s", "--set", "scim_users=30", "--set", "scim_groups=3"),
             {"token_expires": _tomorrow(), "sinks": ["out"], "identities": IDENTITIES,
              "paging": {"length": "2s", "settle": "1s", "revisit": ["8s"]}}),
    "limited": (("--set", "faults=429:1000"), {"sinks": ["out"]}),
    "refused": (("--set", "faults=401:1000"), {"sinks": ["out"]}),
    # Asks for ten rows at a time, ten times a second; and then it is away.
    "backlog": ((), {"sinks": ["out"], "rate_limit": "600/min", "burst": 10, "page_size": 10}),
    # The same with half the budget, which is not enough for hours.
    "hungry": ((), {"sinks": ["out"], "rate_limit": "300/min", "burst": 5, "page_size": 10}),
    "claims": (("--scenario", "total-too-big"), {"sinks": ["out"]}),
    "broken": (("--live", 5, "--set", "odd_rows=broken:300"), {"sinks": ["out"]}),
    "skewed": (("--scenario", "clock-ahead"), {"sinks": ["out"]}),
    "sinkless": ((), {"sinks": ["siem"]}),
    # Lists its users once.
    "faceless": (("--live", 5, "--set", "scim_users=30"),
                 {"sinks": ["out"], "identities": IDENTITIES}),
    # Somebody else sets its iterator back again and again.
    "shared": (("--live", 20, "--set", "iterator_page=20"),
               {"sinks": ["out"], "source": "iterator", "iterator": {"index": "of-two"},
                "poll_interval": "200ms"}),
}
EVENTS = {"acme": 500, "backlog": 20_000, "hungry": 20_000}


class Stranger:
    """Another consumer of an index of a simulator's iterator."""

    def __init__(self, simulator, index):
        self.request = urllib.request.Request(
            f"{simulator.url}/api/v2/events/dataexport/events/audit?index={index}&operation=head",
            headers={"Netskope-Api-Token": simulator.token_file.read_text().strip()})
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._ask, daemon=True)
        self.thread.start()

    def close(self):
        self.ended.set()
        self.thread.join()

    def _ask(self):
        while not self.ended.wait(0.5):
            with contextlib.suppress(urllib.error.HTTPError):  # 409: the index is busy
                urllib.request.urlopen(self.request, timeout=10).read()


class WatchedRun:
    """`full_disk`: a directory on a file system that is too small, or None."""

    def __init__(self, directory, full_disk):
        self.parts = []
        self.directory = directory
        self.simulators = {name: self._keep(Simulator(directory, EVENTS.get(name, 100), *flags,
                                                      name=f"tenant-{name}"))
                           for name, (flags, _) in TENANTS.items()}
        self.busy = self._forwarder("busy", self._busy())
        config = self._one("healthy", "--live", 20, "--set", "scim_users=30")
        config["tenants"][0]["identities"] = self._identities(refresh="1h")
        self.healthy = self._forwarder("healthy", config)
        self.full = None
        if full_disk:
            config = self._one("full", "--live", 20, events=20_000)
            config["state"]["path"] = str(full_disk / "state")
            self.full = self._forwarder("full", config)
        self.broken_account = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page)
        threading.Thread(target=self.broken_account.serve_forever, daemon=True).start()
        targets = {name: forwarder.http.removeprefix("http://")
                   for name, forwarder in self.forwarders().items()}
        targets["account"] = f"127.0.0.1:{self.broken_account.server_port}"
        self.prometheus = self._keep(Prometheus(directory, targets))

    def forwarders(self):
        named = {"busy": self.busy, "healthy": self.healthy, "full": self.full}
        return {name: forwarder for name, forwarder in named.items() if forwarder}

    def go_wrong(self, seconds):
        """Waits until all that is meant to has happened, and then so long for it to be scraped."""
        busy = self.busy.until_metric
        busy("events_delivered_total", lambda n: n > 20, 60, tenant="backlog")
        self.simulators["backlog"].fault("503")
        busy("identity_users", lambda n: n == 30, 30, tenant="faceless")
        self.simulators["faceless"].fault("503&on=scim")
        self._keep(Stranger(self.simulators["shared"], "of-two"))
        busy("iterator_conflicts_total", lambda n: n > 0, 30, tenant="shared")
        busy("rate_limited_total", lambda n: n > 0, 30, tenant="limited")
        busy("stream_blocked", lambda n: n == 1, 30, tenant="refused")
        busy("windows_incomplete", lambda n: n > 0, 60, tenant="claims")
        busy("events_dead_lettered_total", lambda n: n > 0, 30, tenant="broken")
        busy("clock_skew_seconds", lambda n: n > 3000, 30, tenant="skewed")
        busy("sink_up", lambda n: n == 0, 30, sink="siem")
        busy("event_lateness_seconds_count", lambda n: n > 0, 60, tenant="acme")
        if self.full:
            self.full.until_metric("state_commit_errors_total", lambda n: n > 0, 60)
        config = self.directory / "busy.yaml"
        good = config.read_text()
        config.write_text(good.replace('"burst": 10,', '"brust": 10,'))
        self.busy.send(signal.SIGHUP)
        busy("config_last_reload_successful", lambda n: n == 0, 10)
        end = time.monotonic() + seconds
        self.first = self.scrapes()
        until(lambda: time.monotonic() > end, seconds + 5, "scrapes", longest_pause=1)
        self.second = self.scrapes()

    def scrapes(self):
        """By job: when, and the metrics."""
        pages = {name: (time.time(), forwarder.metrics())
                 for name, forwarder in self.forwarders().items()}
        return {**pages, "account": (time.time(), Metrics(BROKEN_ACCOUNT))}

    def close(self):
        for part in reversed(self.parts):
            part.close()
        self.broken_account.shutdown()
        self.broken_account.server_close()

    def _keep(self, part):
        self.parts.append(part)
        return part

    def _forwarder(self, name, config):
        directory = self.directory / name
        directory.mkdir()
        return self._keep(Forwarder(self.directory, config, name=name))

    def _identities(self, **more):
        return {**IDENTITIES, "token_file": str(token_file(self.directory)), **more}

    def _one(self, name, *flags, events=500):
        simulator = self._keep(Simulator(self.directory, events, *flags, name=f"tenant-{name}"))
        config = configuration(self.directory / name, simulator,
                               [file_sink(self.directory / f"{name}.out")])
        config["tenants"][0]["name"] = name
        return config

    def _busy(self):
        sinks = [file_sink(self.directory / "busy.out", format="ocsf"),
                 {"name": "siem", "type": "syslog", "address": [f"tcp://127.0.0.1:{free_port()}"]}]
        config = configuration(self.directory / "busy", self.simulators["acme"], sinks)
        config["tenants"] = [
            {**config["tenants"][0], "name": name, "url": simulator.url,
             "token_file": str(simulator.token_file), **TENANTS[name][1],
             **({"identities": self._identities()} if "identities" in TENANTS[name][1] else {})}
            for name, simulator in self.simulators.items()]
        return config
