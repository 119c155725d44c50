"""A newcomer's first steps over HTTP: log in, create a hook, call it as GitHub does, and find the job on the queue."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from typing import Any

from samples import Samples

CALL_LIMIT = 60  # seconds; the first call of a function starts its container

HOOK = {
    "name": "run pipeline 7 on application 42 using main branch",
    "requires_secret": True,
    "secret_algorithm": "sha256",
    "secret_header_name": "x-hub-signature-256",
    "action_type": "deploy",
    "resource_type": "application",
    "resource_id": 42,
    "settings": {
        "variables": [
            {"name": "branch", "type": "string", "required": False, "default_value": "main"},
            {"name": "pipeline_id", "type": "integer", "required": False, "default_value": 7},
        ]
    },
}


class Answer:
    def __init__(self, method: str, url: str, body: bytes | None = None, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            named["content-type"] = "application/json"
        request = urllib.request.Request(url, body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=CALL_LIMIT) as response:
                self.status, text = response.status, response.read()
        except urllib.error.HTTPError as error:
            self.status, text = error.code, error.read()
        self.body: Any = json.loads(text) if text else None


def first_steps(stack: Samples, url: str) -> list[str]:
    """What is not as expected."""
    faults: list[str] = []

    def expect(status: int, what: str, answer: Answer) -> Any:
        if answer.status != status:
            faults.append(f"{what}: {answer.status} {answer.body}")
        return answer.body

    login = json.dumps({"email": stack.email, "password": stack.password}).encode()
    tokens = expect(200, "the login", Answer("POST", f"{url}/users/login", login))
    bearer = f"Bearer {tokens.get('access_token')}"
    created = Answer("POST", f"{url}/hooks/incoming", json.dumps(HOOK).encode(), authorization=bearer)
    hook = expect(201, "the new hook", created)
    if faults:
        return faults
    hooks = expect(200, "the list", Answer("GET", f"{url}/applications/42/hooks", authorization=bearer))
    if [listed["id"] for listed in hooks] != [hook["id"]]:
        faults.append(f"the list: {hooks}")

    body = b'{"ref": "refs/heads/main", "branch": "next"}'
    signature = "sha256=" + hmac.new(hook["secret"].encode(), body, hashlib.sha256).hexdigest()
    event = {"x_github_event": "push", "x_github_delivery": "72d3162e", "x_hub_signature_256": signature}
    expect(401, "a tampered call", Answer("POST", hook["url"], body.replace(b"next", b"nest"), **event))
    accepted = expect(200, "a genuine call", Answer("POST", hook["url"], body, **event))
    jobs = stack.jobs()
    found = [(job["message"]["id"], job["message"]["variables"]) for job in jobs]
    if found != [(accepted.get("request_id"), {"branch": "next", "pipeline_id": 7})]:
        faults.append(f"the jobs: {jobs}")

    log = expect(200, "the log", Answer("GET", f"{url}/hooks/incoming/{hook['id']}/requests", authorization=bearer))
    if [entry["outcome"] for entry in log] != ["queued", "rejected"]:
        faults.append(f"the log: {log}")
    expect(204, "the logout", Answer("GET", f"{url}/users/logout", authorization=bearer))
    return faults
