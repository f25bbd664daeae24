# SPDX-License-Identifier: Apache-2.0
"""The Helm chart: rendered by Helm, judged by Kubernetes' own schemas, offline."""
import json
import os
import shutil
import subprocess

import jsonschema
import kubernetes_validate
import pytest
import yaml

from processes import ROOT

CHART = ROOT / "deploy" / "helm" / "netskope-forwarder"
SETS = sorted(path.name for path in (CHART / "ci").glob("*-values.yaml"))
HELM = shutil.which("helm") or shutil.which("helm", path=str(ROOT / "build" / "go" / "bin"))
VERSIONS = ["1.26", "1.31"]
# Of the Prometheus operator, which bring their own schemas.
OTHERS = {"ServiceMonitor", "PrometheusRule"}


def helm(*arguments):
    if not HELM:
        pytest.skip("no Helm: tests/run --all builds it")
    return subprocess.run([HELM, *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          env={"HOME": os.environ.get("HOME", "/"), "PATH": os.environ["PATH"]})


def template(*arguments):
    """Helm as `go install` makes it takes itself for one of an old Kubernetes."""
    return helm("template", "nsf", CHART, "--kube-version", VERSIONS[-1], *arguments)


def render(*arguments):
    done = template("--namespace", "security", *arguments)
    assert done.returncode == 0, done.stderr
    return {(doc["kind"], doc["metadata"]["name"]): doc
            for doc in yaml.safe_load_all(done.stdout) if doc}


@pytest.fixture(scope="module")
def rendered():
    return {name: render("-f", CHART / "ci" / name) for name in SETS}


def only(objects, kind):
    [one] = [doc for (of, _), doc in objects.items() if of == kind]
    return one


def workload(objects):
    [one] = [doc for (of, _), doc in objects.items() if of in ("StatefulSet", "Deployment")]
    return one


def test_the_schema_knows_the_values():
    """Without Helm: its defaults, all sets, and a second owner of SQLite."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    for name in SETS:
        more = yaml.safe_load((CHART / "ci" / name).read_text())
        values = {key: {**value, **more.get(key, {})} if isinstance(value, dict)
                  else more.get(key, value) for key, value in defaults.items()}
        jsonschema.validate(values, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**defaults, "replicas": 2}, schema)


def test_helm_finds_nothing_to_say():
    for name in SETS:
        done = helm("lint", "--strict", CHART, "-f", CHART / "ci" / name)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SETS)
def test_kubernetes_knows_every_field(rendered, name):
    assert len(rendered[name]) >= 4
    for version in VERSIONS:
        for (kind, _), doc in rendered[name].items():
            if kind not in OTHERS:
                kubernetes_validate.validate(doc, version, strict=True)


@pytest.mark.parametrize("name", SETS)
def test_the_pod_is_restricted(rendered, name):
    """The Pod Security Standard of this name, and a read-only root on top of it."""
    spec = workload(rendered[name])["spec"]["template"]["spec"]
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    pod = spec["securityContext"]
    assert pod["runAsNonRoot"] is True and pod["runAsUser"] > 0
    assert pod["seccompProfile"]["type"] == "RuntimeDefault"
    assert spec["automountServiceAccountToken"] is False
    for container in spec["containers"] + spec.get("initContainers", []):
        own = container["securityContext"]
        assert own["allowPrivilegeEscalation"] is False and not own.get("privileged")
        assert own["capabilities"] == {"drop": ["ALL"]} and own["readOnlyRootFilesystem"] is True
        assert not any("hostPort" in port for port in container["ports"])
    assert all({"configMap", "secret", "emptyDir", "persistentVolumeClaim"} & volume.keys()
               for volume in spec["volumes"])


def test_sqlite_has_one_owner_and_a_volume(rendered, tmp_path):
    objects = rendered["sqlite-values.yaml"]
    stateful = only(objects, "StatefulSet")
    assert stateful["spec"]["replicas"] == 1
    [claim] = stateful["spec"]["volumeClaimTemplates"]
    [container] = stateful["spec"]["template"]["spec"]["containers"]
    assert claim["metadata"]["name"] in {m["name"] for m in container["volumeMounts"]}
    refused = template("--set", "replicas=2")
    assert refused.returncode != 0 and "state" in refused.stderr
    # Who renders without the schema is told by the templates.
    bare = shutil.copytree(CHART, tmp_path / "chart")
    (bare / "values.schema.json").unlink()
    refused = helm("template", "nsf", bare, "--kube-version", VERSIONS[-1], "--set", "replicas=2")
    assert refused.returncode != 0 and "replicas > 1 needs state.type: kafka" in refused.stderr


def test_kafka_has_replicas_and_no_volume(rendered):
    objects = rendered["kafka-values.yaml"]
    deployment = only(objects, "Deployment")
    assert deployment["spec"]["replicas"] == 3
    assert not [kind for kind, _ in objects if kind == "StatefulSet"]
    config = yaml.safe_load(only(objects, "ConfigMap")["data"]["config.yaml"])
    assert config["state"] == {"type": "kafka", "sink": "lake",
                               "topic": "netskope-forwarder.state"}
    refused = template("--set", "state.type=kafka")
    assert refused.returncode != 0 and "sink" in refused.stderr


def test_another_configuration_is_another_pod(rendered):
    def checksum(objects):
        annotations = workload(objects)["spec"]["template"]["metadata"]["annotations"]
        return annotations["checksum/config"]

    sums = [checksum(rendered["sqlite-values.yaml"]), checksum(render()),
            checksum(render("--set", "config.batch.age=2s"))]
    assert sums[0] == sums[1] != sums[2]


@pytest.mark.parametrize("arguments, says", [
    (["--set", "image.pullpolicy=Always"], "pullpolicy"),
    (["--set", "existingSecret="], "existingSecret"),
    (["--set", "config.state.type=sqlite"], "config"),
    (["--set", "state.type=postgres"], "state.type"),
    (["--set", "replicas=three"], "replicas"),
])
def test_values_that_are_wrong_are_refused(arguments, says):
    done = template(*arguments)
    assert done.returncode != 0 and says in done.stderr, done.stderr


def test_no_secret_is_in_a_config_map(rendered):
    for objects in rendered.values():
        pod = workload(objects)["spec"]["template"]["spec"]
        [secret] = [volume["secret"] for volume in pod["volumes"] if "secret" in volume]
        assert secret["secretName"].startswith("netskope-")
        assert not [kind for kind, _ in objects if kind == "Secret"], "the Secret is the user's"
        mounts = pod["containers"][0]["volumeMounts"]
        assert not [mount for mount in mounts if "subPath" in mount], "it would not be followed"


def test_what_watches_it(rendered):
    """Rules and boards are those of dashboards/, to the byte."""
    objects = rendered["observed-values.yaml"]
    assert only(objects, "ServiceMonitor")["spec"]["endpoints"][0]["port"] == "metrics"
    rules = [ROOT / "dashboards" / "prometheus" / f"{name}.yaml" for name in ("alerts", "recording")]
    groups = [group for path in rules for group in yaml.safe_load(path.read_text())["groups"]]
    assert only(objects, "PrometheusRule")["spec"]["groups"] == groups and groups
    boards = {path.name: path.read_text() for path in (ROOT / "dashboards" / "grafana").glob("*.json")}
    shown = {}
    for (kind, _), doc in objects.items():
        if doc["metadata"].get("labels", {}).get("grafana_dashboard") == "1":
            shown |= doc["data"]
    assert shown.keys() == boards.keys() and shown
    assert all(json.loads(shown[name]) == json.loads(boards[name]) for name in boards)


@pytest.mark.parametrize("name", ["sqlite-values.yaml", "observed-values.yaml"])
def test_the_program_takes_the_configuration(rendered, program, tmp_path, name):
    config = yaml.safe_load(only_config(rendered[name]))
    (tmp_path / "acme").write_text("a-token\n")
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(config))
    done = subprocess.run([program, "check", "--offline", "-c", file], capture_output=True,
                          text=True, env={**os.environ, "SECRETS": f"{tmp_path}/"}, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr


def only_config(objects):
    [data] = [doc["data"]["config.yaml"] for (kind, _), doc in objects.items()
              if kind == "ConfigMap" and "config.yaml" in doc["data"]]
    return data
