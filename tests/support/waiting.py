# SPDX-License-Identifier: Apache-2.0
"""Waiting for conditions with a deadline, instead of sleeping and hoping."""
import time


def until(condition, seconds, what, longest_pause=0.25):
    """Returns the first true value of condition(); fails when the deadline has passed."""
    deadline = time.monotonic() + seconds
    pause = min(0.005, longest_pause)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s still waiting for {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, longest_pause)


def throughout(condition, seconds, what):
    """Fails as soon as condition() is false within that time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert condition(), f"no longer so: {what}"
        time.sleep(0.05)
