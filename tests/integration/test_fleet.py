# SPDX-License-Identifier: Apache-2.0
"""Many tenants over several instances: how evenly they are spread, which of them move when, and how
soon; while events keep coming in, of which none is lost and none comes twice."""
import time

import pytest

from fleet import SESSION, Fleet, taken

NAMES = ("a", "b", "c", "d")


def assert_even(shares, slack=0.25):
    mean = sum(map(len, shares.values())) / len(shares)
    sizes = {name: len(tenants) for name, tenants in shares.items()}
    print(f"tenants of each instance: {sizes}, {mean:.1f} in the mean")
    assert all(abs(size - mean) <= slack * mean for size in sizes.values()), sizes


@pytest.mark.parametrize("tenants, seconds", [
    pytest.param(32, 60, id="a sample"),
    pytest.param(100, 240, id="a hundred", marks=pytest.mark.long),
])
def test_tenants_are_spread_and_move_as_little_as_can_be(
        tmp_path, start_simulator, start_forwarder, broker, tenants, seconds):
    simulator = start_simulator(100, "--span", "1h", "--live", "4")
    fleet = Fleet(tmp_path, simulator, broker, f"fleet-{tenants}", start_forwarder, tenants,
                  start="2h", poll_interval="2s" if tenants < 50 else "5s")
    fleet.start(*NAMES)
    shares = fleet.settled(seconds, among=NAMES)
    assert_even(shares)

    # Killed: theirs are others' a session later, and nobody else's move.
    gone, kept = NAMES[:2], NAMES[2:]
    before = {name: taken(fleet.instances[name]) for name in kept}
    killed_at = fleet.kill(*gone)
    rest = fleet.settled(SESSION + 5, among=kept)
    print(f"{sum(len(shares[name]) for name in gone)} tenants of two instances moved within "
          f"{time.monotonic() - killed_at:.1f} s")
    for name in kept:
        assert set(shares[name]) <= set(rest[name]), f"{name} lost tenants of its own"
        assert all(count == 1 for count in (taken(fleet.instances[name]) - before[name]).values())

    # Back again, and then each in turn is restarted: nothing moves.
    fleet.start(*gone)
    shares = fleet.settled(seconds, among=NAMES)
    assert_even(shares)
    before = {name: taken(forwarder) for name, forwarder in fleet.instances.items()}
    for name in NAMES:
        fleet.restart(name)
        assert fleet.settled(seconds, among=NAMES) == shares, f"the restart of {name} moved tenants"
    for name, forwarder in fleet.instances.items():
        twice = taken(forwarder) - before[name]
        assert all(count == 1 for count in twice.values()), f"{name} took over again: {twice}"
    print(f"{fleet.await_all_once(seconds)} events of {tenants} tenants, each once")
    for forwarder in fleet.instances.values():
        assert forwarder.stop(20) == 0, forwarder.stderr()[-3000:]


def test_a_few_tenants_are_spread_too(tmp_path, start_simulator, start_forwarder, broker):
    """Who joins later is given neighbouring slots: the first tenants must not be all in them."""
    fleet = Fleet(tmp_path, start_simulator(20), broker, "fleet-few", start_forwarder, 6)
    fleet.start("a")
    fleet.settled(30)
    fleet.start("b")
    shares = fleet.settled(30, among=("a", "b"))
    assert sorted(map(len, shares.values())) == [3, 3]
    fleet.start("c")
    shares = fleet.settled(30, among=("a", "b", "c"))
    assert max(map(len, shares.values())) <= 3
    fleet.await_all_once(30)
    for forwarder in fleet.instances.values():
        assert forwarder.stop(20) == 0, forwarder.stderr()[-3000:]
