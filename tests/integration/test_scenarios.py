# SPDX-License-Identifier: Apache-2.0
"""Every scenario of the simulator, with and without kill -9 at random moments, to a file and to
Kafka: what the tenant showed and what arrived agree, by name and number.

The runs take seconds in which they mostly wait, so that several go on side by side: the first test
starts them all, each waits for its own.
"""
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from broker import TopicReader
from conftest import ALL
from scenarios import DENIED, LONG, LOUD, ScenarioRun, scenarios

KILLS = 3
SIDE_BY_SIDE = 6

# What every change must pass: (scenario, sink, kills), the most telling of the table.
SAMPLE = [(name, "file", 0) for name in (
    "no-paging", "deep-offset-rejected", "shuffled-ties", "crowded-seconds", "hidden-rows",
    "equal-rows-without-id", "trimmed-head", "broken-row", "hostile-texts", "turns-to-skip",
    "token-expires", "errors-in-200", "total-too-small", "empty-null")] + [
        ("live-front", "file", KILLS), ("late-arrivals", "kafka", KILLS), ("huge-rows", "kafka", 0)]

TABLE = [(name, sink, kills) for name in scenarios() for sink in ("file", "kafka")
         for kills in (0, KILLS)]


def label(case):
    return f"{case[0]}-{case[1]}{'-killed' if case[2] else ''}"


@pytest.fixture(scope="module")
def results(request, tmp_path_factory, program, broker):
    """Case → what became of it; all that were chosen are on their way."""
    seed = int(os.environ.get("NSF_TEST_SEED", time.time_ns() % 1_000_000))

    def run(case):
        name, sink, kills = case
        directory = tmp_path_factory.mktemp(label(case))
        chance = random.Random(f"{seed} {label(case)}")
        if sink == "file":
            return ScenarioRun(directory, name, chance, kills).run()
        topic = broker.create_topic(f"scenario-{label(case)}")
        kafka = {"name": "lake", "type": "kafka", "brokers": [broker.address], "topic": topic,
                 "format": "raw"}
        reader = TopicReader(broker, topic, "raw")
        return ScenarioRun(directory, name, chance, kills, kafka, reader.ids).run()

    chosen = [item.callspec.params["case"] for item in request.session.items
              if item.path == request.path and hasattr(item, "callspec")]
    pool = ThreadPoolExecutor(SIDE_BY_SIDE)
    yield seed, {case: pool.submit(run, case) for case in chosen}
    pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", TABLE if ALL else SAMPLE, ids=label)
def test_all_that_was_shown_arrives(results, case):
    seed, running = results
    found = running[case].result()
    print(f"NSF_TEST_SEED={seed} {found.seconds:.0f} s, {found.shown} shown, {found.repeated} "
          f"repeated, {found.excused} excused\n{found.log}")
    assert not found.verdict()
    if case[0] in LOUD:
        assert found.loud and "nothing is lost" in found.log, "a tenant like that is told of"


def test_every_exception_names_a_scenario():
    """A scenario that is renamed must not leave an exception, or the sample, behind."""
    assert {*LOUD, *LONG, *DENIED, *(case[0] for case in SAMPLE)} <= scenarios().keys()
