# SPDX-License-Identifier: Apache-2.0
"""What the tests of whole programs share. Everything started here is ended here, by its pid."""
import os
import random
import signal
import time

import pytest

import debian_tree
from broker import Broker
from certificates import Certificates
from forwarder import PROGRAM, Forwarder
from release import Release
from rsyslog import Rsyslog
from simulator import Simulator

# tests/run --all: outages as long and crashes as many as the guarantee is claimed for.
ALL = os.environ.get("NSF_TEST_ALL") == "1"

# A shell that starts something in the background lets it ignore Ctrl-C, and so would all that is
# started here.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    if not ALL:
        skip = pytest.mark.skip(reason="long: tests/run --all")
        for item in items:
            if "long" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def program():
    assert PROGRAM.exists(), f"{PROGRAM} is not built: run tests/run, or set NSF_BIN"
    return PROGRAM


@pytest.fixture(scope="session")
def outage_seconds():
    return 60 if ALL else 10


@pytest.fixture(scope="session")
def kills():
    return 50 if ALL else 10


@pytest.fixture
def chance(request):
    """Random numbers that a failed test can have again: its report shows the seed."""
    seed = int(os.environ.get("NSF_TEST_SEED", time.time_ns() % 1_000_000))
    print(f"NSF_TEST_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def start_simulator(tmp_path):
    """start_simulator(events, *flags) → Simulator"""
    started = []

    def start(events=0, *flags, **more):
        started.append(Simulator(tmp_path, events, *flags, **more))
        return started[-1]

    yield start
    for simulator in started:
        simulator.close()


@pytest.fixture
def start_forwarder(tmp_path, program):
    """start_forwarder(config, *arguments) → Forwarder"""
    started = []

    def start(config, *arguments, **more):
        started.append(Forwarder(tmp_path, config, *arguments, **more))
        return started[-1]

    yield start
    for forwarder in started:
        forwarder.close()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def release(tmp_path_factory):
    return Release(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    if debian_tree.why_not():
        pytest.skip(f"NOT RUN, {debian_tree.why_not()}")
    images = debian_tree.Images(tmp_path_factory.mktemp("images"))
    images.base()
    yield images
    images.buildah("rm", "--all")
    images.buildah("rmi", "--all", "--force")


@pytest.fixture(scope="session")
def broker(tmp_path_factory):
    broker = Broker(tmp_path_factory.mktemp("broker"))
    yield broker
    broker.stop()


@pytest.fixture
def receiver(tmp_path):
    with Rsyslog(tmp_path / "rsyslog") as rsyslog:
        yield rsyslog
