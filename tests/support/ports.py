# SPDX-License-Identifier: Apache-2.0
"""Ports for what the tests start. They lie below those that the kernel gives to clients, and each
process of tests has a range of its own, so that nobody takes one between its choice and its use."""
import itertools
import os
import socket

FIRST, LAST, RANGE = 10_000, 30_000, 500
_candidates = itertools.cycle(range(RANGE))
_start = FIRST + os.getpid() * RANGE % (LAST - FIRST)


def free_port(kind=socket.SOCK_STREAM):
    """A port of 127.0.0.1 that nobody has."""
    for offset in itertools.islice(_candidates, RANGE):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", _start + offset))
                return _start + offset
            except OSError:
                continue
    raise RuntimeError(f"no port is free from {_start} on")
