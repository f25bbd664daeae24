# SPDX-License-Identifier: Apache-2.0
"""The simulator's users and groups, changed as an identity provider changes them."""
import json
import ssl
import urllib.error
import urllib.request

SCIM_TOKEN = "simulator-scim-token"


class Scim:
    def __init__(self, simulator, token=SCIM_TOKEN, authority=None):
        self.context = ssl.create_default_context(cafile=authority) if authority else None
        self.url = simulator.url + "/api/v2/scim"
        self.token = token

    def ask(self, method, path, body=None):
        """Status and the answer's JSON; None where it has none."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, method=method, data=data, headers={
            "Authorization": f"Netskope-Api-Token {self.token}",
            "Content-Type": "application/scim+json"})
        try:
            with urllib.request.urlopen(request, timeout=10, context=self.context) as answer:
                status, text = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read()
        return status, json.loads(text) if text else None

    def create(self, name, **more):
        status, user = self.ask("POST", "/Users", {"userName": name, **more})
        assert status == 201, user
        return user

    def create_group(self, name, *members):
        status, group = self.ask("POST", "/Groups", {
            "displayName": name, "members": [{"value": member} for member in members]})
        assert status == 201, group
        return group

    def patch(self, path, *operations):
        status, resource = self.ask("PATCH", path, {"Operations": [
            dict(zip(("op", "path", "value"), operation)) for operation in operations]})
        assert status == 200, resource
        return resource

    def delete(self, path):
        status, body = self.ask("DELETE", path)
        assert status == 204, body


def token_file(directory, token=SCIM_TOKEN):
    path = directory / "scim-token"
    path.write_text(token + "\n")
    return path
