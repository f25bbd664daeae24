# SPDX-License-Identifier: Apache-2.0
"""docker-compose.yml: what it mounts is there, and the forwarder of it forwards, with the same file."""
import yaml

from broker import TopicReader
from ledger import assert_all_arrived
from ports import free_port
from processes import BIN, ROOT, Process
from waiting import until

FOLDER = ROOT / "deploy" / "container"
COMPOSE = yaml.safe_load((FOLDER / "docker-compose.yml").read_text())


def test_every_file_that_is_mounted_is_there():
    mounted = [volume.split(":")[0] for service in COMPOSE["services"].values()
               for volume in service.get("volumes", [])]
    paths = [FOLDER / path for path in mounted if path.startswith(".")]
    paths += [FOLDER / service["build"]["context"] / service["build"]["dockerfile"]
              for service in COMPOSE["services"].values() if "build" in service]
    assert len(paths) >= 7
    assert not [path for path in paths if not path.exists()]


def test_the_forwarder_is_shut_in():
    forwarder = COMPOSE["services"]["forwarder"]
    assert forwarder["read_only"] and forwarder["cap_drop"] == ["ALL"]
    assert "privileged" not in str(COMPOSE) and "docker.sock" not in str(COMPOSE)
    published = [port for service in COMPOSE["services"].values()
                 for port in service.get("ports", [])]
    assert published and all(port.startswith("127.0.0.1:") for port in published)


def test_it_forwards(tmp_path, start_simulator, broker):
    """The file that is mounted, with this broker's and this simulator's address in its variables."""
    simulator = start_simulator(500)
    topic = broker.empty_topic("security.netskope.audit")
    broker.empty_topic("security.netskope.audit.dlq")
    (tmp_path / "netskope-token").write_bytes(simulator.token_file.read_bytes())
    (tmp_path / "state").mkdir()
    forwarder = Process(
        [BIN / "netskope-forwarder", "run", "-c", FOLDER / "compose" / "forwarder.yaml"], tmp_path,
        "forwarder", env={"SIMULATOR_PORT": simulator.url.split(":")[-1],
                          "SECRETS": f"{tmp_path}/", "KAFKA_BROKERS": broker.address,
                          "STATE_DIRECTORY": str(tmp_path / "state"),
                          "METRICS_PORT": str(free_port())})
    reader = TopicReader(broker, topic)
    try:
        until(lambda: len(reader.ids()) >= 500, 60, "the events of the tenant")
        assert forwarder.stop() == 0, forwarder.stderr()
    finally:
        forwarder.close()
    assert_all_arrived(simulator.ledger(), reader.ids())
