# SPDX-License-Identifier: Apache-2.0
"""The simulator's users and groups, as others see them: a SCIM test-suite, the vendor's own command
line, and what the vendor's guide says of each call."""
import json
import subprocess
import sys
from pathlib import Path

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
from scim import SCIM_TOKEN, Scim
from simulator import TOKEN
from waiting import until

# What the guide rules out, and the suite therefore cannot ask for: "Bulk provisioning operations are
# not supported"; and of the listed operations none is a search by POST.
RULED_OUT = {"search_with_attributes"}


def test_a_third_party_suite_passes(start_simulator):
    simulator = start_simulator(0, "--set", "scim_users=20", "--set", "scim_groups=6")
    client = Client(base_url=simulator.url + "/api/v2/scim",
                    headers={"Authorization": "Bearer " + SCIM_TOKEN})
    results = check_server(SyncSCIMClient(client))
    failed = [(r.title, r.resource_type, r.reason) for r in results
              if r.status not in (Status.SUCCESS, Status.SKIPPED)]
    assert not failed, failed
    assert {r.title for r in results if r.status == Status.SKIPPED} == RULED_OUT
    passed = sum(r.status == Status.SUCCESS for r in results)
    print(f"{passed} checks pass, {len(results) - passed} are ruled out")
    assert passed > 70


def test_the_vendors_command_line_leads_a_user_through_life(tmp_path, start_simulator,
                                                            certificates):
    simulator = start_simulator(0, certificates=certificates)
    command = Path(sys.executable).parent / "netskope"

    def users(token, *arguments):
        done = subprocess.run(
            [command, "-o", "json", "users", *arguments], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "NETSKOPE_TENANT": simulator.url,
                 "NETSKOPE_CA_BUNDLE": str(certificates.ca), "NETSKOPE_API_TOKEN": token})
        return done.returncode, done.stdout, done.stderr

    code, _, error = users(SCIM_TOKEN, "create", "--username", "ada@corp.example", "--email",
                           "ada@corp.example")
    assert code == 0, error
    # It finds with one kind of token and changes with the other.
    code, out, error = users(TOKEN, "get", "ada@corp.example")
    assert code == 0, error
    user = json.loads(out)[0]
    assert user["active"] is True and user["userName"] == "ada@corp.example"
    code, _, error = users(SCIM_TOKEN, "update", user["scimId"], "--set", "active=false")
    assert code == 0, error
    scim = Scim(simulator, authority=certificates.ca)
    assert scim.ask("GET", "/Users/" + user["scimId"])[1]["active"] is False
    code, _, error = users(SCIM_TOKEN, "delete", user["scimId"], "--yes")
    assert code == 0, error
    assert scim.ask("GET", "/Users/" + user["scimId"])[0] == 404
    texts = ["Created user", "Disabled user", "Deleted user"]
    until(lambda: len(simulator.ledger()) == len(texts), 10, "an audit event for each change")


def test_calls_do_what_the_guide_says(start_simulator):
    simulator = start_simulator(0, "--set", "scim_group_delay=2s")
    scim = Scim(simulator)
    ada = scim.create("Ada@corp.example", displayName="Ada", title="Dr")
    path = "/Users/" + ada["id"]
    assert "@" not in ada["id"]
    status, error = scim.ask("POST", "/Users", {"userName": "ada@CORP.example"})
    assert (status, error["scimType"]) == (409, "uniqueness")
    status, listed = scim.ask("GET", "/Users?filter=userName%20eq%20%22ada%40corp.example%22")
    assert (status, listed["totalResults"], listed["Resources"][0]["id"]) == (200, 1, ada["id"])
    assert scim.ask("GET", path.replace(ada["id"], "ada%40corp.example"))[0] == 404
    # PUT clears what it leaves out, PATCH does not.
    status, user = scim.ask("PUT", path, {"userName": "ada@corp.example", "active": False})
    assert status == 200 and user["active"] is False
    assert "displayName" not in user and "title" not in user
    user = scim.patch(path, ("Replace", "active", True))
    assert user["active"] is True and user["userName"] == "ada@corp.example"
    status, error = scim.ask("PATCH", path, {"Operations": [
        {"op": "replace", "path": "groups", "value": []}]})
    assert (status, error["scimType"]) == (400, "mutability")
    # The group shows its member at once, the user its group late.
    group = scim.create_group("Red", ada["id"])
    assert scim.ask("GET", "/Groups/" + group["id"])[1]["members"][0]["value"] == ada["id"]
    assert "groups" not in scim.ask("GET", path)[1]
    until(lambda: scim.ask("GET", path)[1].get("groups"), 10, "the group at the user")
    scim.delete("/Groups/" + group["id"])
    scim.delete(path)
    assert scim.ask("DELETE", path)[0] == 404
    # Neither kind of token is told that it is of the wrong kind.
    refused = [Scim(simulator, TOKEN).ask("GET", "/Users")]
    refused.append(Scim(start_simulator(0, "--set", "scim_sso=off", name="no-sso")).ask(
        "GET", "/Users"))
    assert refused == [(403, {"message": "You cannot consume this service"})] * 2
    assert Scim(simulator, "none of these").ask("GET", "/Users")[0] == 401


def test_lists_are_paged_as_scim_has_it(start_simulator):
    scim = Scim(start_simulator(0, "--set", "scim_users=2500"))
    first = scim.ask("GET", "/Users?count=5000")[1]
    total = first["totalResults"]
    assert first["itemsPerPage"] == 1000 and first["startIndex"] == 1
    ids, start = set(), 1
    while start <= total:
        page = scim.ask("GET", f"/Users?startIndex={start}&count=1000")[1]
        ids |= {user["id"] for user in page["Resources"]}
        start += page["itemsPerPage"]
    assert len(ids) == total
    # The words of the events' endpoint mean nothing here.
    assert scim.ask("GET", "/Users?skip=1000&limit=5")[1]["startIndex"] == 1
