"""What schemathesis cannot make up: hooks and calls that are there, and signatures under a hook's secret."""

from __future__ import annotations

import functools
import hmac
import itertools
import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

# In seconds. No call of the API takes one.
CALL_LIMIT = 30

# In the examples of docs/openapi.yaml. Headers of no provider carry the plain HMAC.
GITHUB = "x-hub-signature-256"
SLACK = "x-slack-signature"


@dataclass(frozen=True)
class Signing:
    """How the calls of one hook are signed."""

    header: str
    algorithm: str
    secret: str

    def headers(self, body: bytes) -> dict[str, str]:
        """The headers with which the provider would send this body."""
        if self.header == SLACK:
            now = str(int(time.time()))
            return {self.header: f"v0={self._mac(f'v0:{now}:'.encode() + body)}", "x-slack-request-timestamp": now}
        prefix = f"{self.algorithm}=" if self.header == GITHUB else ""
        return {self.header: prefix + self._mac(body)}

    def _mac(self, signed: bytes) -> str:
        return hmac.new(self.secret.encode(), signed, self.algorithm).hexdigest()


@dataclass
class Callers:
    """One user with an access token, another who only logs in, and what they have made so far."""

    url: str
    access_token: str
    own_password: str
    email: str
    password: str
    signings: dict[str, Signing] = field(default_factory=dict)
    leases: dict[int, str] = field(default_factory=dict)
    _assets: list[str] = field(default_factory=list)
    _console_files: list[tuple[str, str]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def hook(self, *, signed: bool, demanding: bool = False) -> str:
        """The id of a hook for this call alone, so that it may be deleted. Each hook has its own resource."""
        body: dict[str, object] = {
            "name": "contract",
            "action_type": "deploy",
            "resource_type": "server",
            "resource_id": 1_000_000 + next(self._numbers),
            "requires_secret": signed,
        }
        if signed:
            body |= {"secret_algorithm": "sha256", "secret_header_name": "x-contract-signature"}
        if demanding:
            body["settings"] = {"variables": [{"name": "ref", "type": "string", "required": True}]}
        hook = self._send("POST", "/hooks/incoming", body)
        self.remember(hook)
        return str(hook["id"])

    def hook_of(self, provider: str) -> str:
        """The id of a hook of this provider, for this call alone."""
        body: dict[str, object] = {
            "name": "contract",
            "action_type": "deploy",
            "resource_type": "server",
            "resource_id": 1_000_000 + next(self._numbers),
            "provider": provider,
        }
        return str(self._send("POST", "/hooks/incoming", body)["id"])

    def pipeline(self) -> int:
        """The id of a pipeline for this call alone, so that it may be deleted. Each has its own resource."""
        path = f"/pipelines/server/{1_000_000 + next(self._numbers)}"
        return int(self._send("POST", path, {"name": "contract", "operation": "deploy"})["id"])

    def step(self, pipeline: int) -> int:
        """The id of a step of this pipeline."""
        step = self._send("POST", f"/pipelines/{pipeline}/steps", {"command": "make build", "runner": "custom"})
        return int(step["id"])

    def action(self) -> int:
        """The id of an action for this call alone, claimed under a lease that is kept. Its pipeline has one step."""
        label = f"contract-{next(self._numbers)}"
        path = f"/pipelines/server/{1_000_000 + next(self._numbers)}"
        pipeline = self._send("POST", path, {"name": "contract", "operation": "deploy", "label": label})["id"]
        self.step(pipeline)
        draft: dict[str, object] = {"name": "contract", "requires_secret": False}
        hook = self._send("POST", f"/pipelines/{pipeline}/hooks/incoming", draft)["id"]
        self._send("POST", f"/hooks/{hook}/trigger", {"ref": "main"})
        deadline = time.monotonic() + CALL_LIMIT
        while (claimed := self._send("POST", "/actions/claim", {"worker": "contract", "labels": [label]})) is None:
            if time.monotonic() > deadline:
                raise RuntimeError(f"no action of the pipeline {pipeline} could be claimed")
            time.sleep(0.02)
        action = int(claimed["action"]["id"])
        self.leases[action] = claimed["lease_token"]
        return action

    def ended_action(self) -> int:
        """The id of an action for this call alone that has failed."""
        action = self.action()
        report: dict[str, object] = {"lease_token": self.leases[action], "status": "failed"}
        self._send("PUT", f"/actions/{action}", report)
        return action

    @functools.cached_property
    def project(self) -> int:
        """The user's project."""
        return int(self._send("GET", "/users/me")["project_id"])

    @functools.cached_property
    def project_token(self) -> str:
        """The id of a token of the project. A token may be rotated any number of times."""
        token = self._send("POST", f"/projects/{self.project}/tokens", {"name": "contract", "role_id": 1})
        return str(token["id"])

    def request(self, *, authentic: bool) -> str:
        """The id of a call that is in the log."""
        hook = self.hook(signed=not authentic)
        answer = self._send("POST", f"/hooks/{hook}/trigger", {"ref": "main"}, tolerate=401)
        return str(answer["request_id"])

    def asset(self, number: int) -> str:
        """One of the files that the page of the reference loads."""
        if not self._assets:
            with urllib.request.urlopen(f"{self.url}/docs", timeout=CALL_LIMIT) as page:
                self._assets = re.findall(r'"/docs/([^"]+)"', page.read().decode())
        return self._assets[number % len(self._assets)]

    def console_file(self, number: int) -> tuple[str, str]:
        """The directory and the name of one of the files that the console loads."""
        if not self._console_files:
            with urllib.request.urlopen(f"{self.url}/console", timeout=CALL_LIMIT) as page:
                self._console_files = re.findall(r'"/console/([^/"]+)/([^"]+)"', page.read().decode())
        return self._console_files[number % len(self._console_files)]

    def refresh_token(self) -> str:
        """One that was never used."""
        tokens = self._send("POST", "/users/login", {"email": self.email, "password": self.password})
        return str(tokens["refresh_token"])

    def remember(self, hook: dict[str, Any]) -> None:
        """Takes the secret from an answer that shows it."""
        if hook["requires_secret"]:
            self.signings[hook["id"]] = Signing(hook["secret_header_name"], hook["secret_algorithm"], hook["secret"])

    def _send(
        self, method: str, path: str, body: dict[str, object] | None = None, *, tolerate: int | None = None
    ) -> Any:
        """What a call is answered; None without a body."""
        headers = {"Authorization": f"Bearer {self.access_token}", "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, sent, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=CALL_LIMIT) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            if error.code != tolerate:
                raise RuntimeError(f"{method} {path} was answered {error.code}: {error.read()!r}") from error
            return json.load(error)
