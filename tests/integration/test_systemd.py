# SPDX-License-Identifier: Apache-2.0
"""The unit, as systemd's own tools judge it, and what the program tells a service manager."""
import re
import shutil
import socket
import subprocess

import pytest

from forwarder import configuration, file_sink
from processes import ROOT
from waiting import until

UNIT = ROOT / "deploy" / "systemd" / "netskope-forwarder.service"
analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")


@analyze
def test_the_unit_is_valid(tmp_path):
    """The program and its page are not installed where tests run: other ones stand in for them."""
    unit = tmp_path / UNIT.name
    unit.write_text(re.sub(r"(?m)^(ExecStart=)\S+", r"\1/bin/true", UNIT.read_text()))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr


@analyze
def test_the_unit_leaves_little_open():
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=15", UNIT],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-300:]
    exposure = float(re.search(r"Overall exposure level for \S+ (\d+\.\d)", done.stdout)[1])
    assert exposure <= 1.5, done.stdout


class Manager:
    """The end of the socket that systemd holds."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.setblocking(False)
        self.told = []

    def hear(self):
        try:
            while True:
                self.told.append(self.socket.recv(4096).decode())
        except BlockingIOError:
            return self.told


@pytest.mark.parametrize("abstract", [False, True])
def test_the_service_manager_is_told(tmp_path, start_simulator, start_forwarder, abstract):
    """Ready when it is, alive again and again, stopping when it is told to: in this order."""
    name = f"nsf-{tmp_path}" if abstract else str(tmp_path / "notify")
    manager = Manager("\0" + name if abstract else name)
    simulator = start_simulator(10)
    config = configuration(tmp_path, simulator, [file_sink(tmp_path / "out")])
    forwarder = start_forwarder(config, env={"NOTIFY_SOCKET": "@" + name if abstract else name,
                                             "WATCHDOG_USEC": "2000000"})
    until(lambda: manager.hear().count("WATCHDOG=1") >= 3, 30, "signs of life")
    assert forwarder.get("/healthz")[0] == 200
    assert forwarder.stop() == 0
    told = manager.hear()
    assert told[0] == "READY=1" and told[-1] == "STOPPING=1", told
    assert set(told[1:-1]) == {"WATCHDOG=1"}, told


def test_a_watchdog_of_another_process_is_left_alone(tmp_path, start_simulator, start_forwarder):
    manager = Manager(str(tmp_path / "notify"))
    config = configuration(tmp_path, start_simulator(10), [file_sink(tmp_path / "out")])
    forwarder = start_forwarder(config, env={"NOTIFY_SOCKET": str(tmp_path / "notify"),
                                             "WATCHDOG_USEC": "400000", "WATCHDOG_PID": "1"})
    forwarder.until_metric("events_delivered_total", lambda n: n == 10, 30, tenant="acme")
    assert forwarder.stop() == 0
    assert manager.hear() == ["READY=1", "STOPPING=1"]
