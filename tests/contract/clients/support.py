"""Comparing values, and plain HTTP for what the SDK cannot say: a provider's signed call, a route it does not know."""

from __future__ import annotations

import hashlib
import hmac
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from devopness import models
from devopness.core import DevopnessApiError


def same(found: object, expected: object) -> None:
    if found != expected:
        raise AssertionError(f"\n   found {found!r}\nexpected {expected!r}")


async def answer(result: Any) -> Any:
    """What a call gave, whichever client was asked."""
    return await result if inspect.isawaitable(result) else result


async def written_back(client: Any, api: Api, resource: int, **rules: Any) -> None:
    """Demands that the SDK can read a hook with these rules and write it back under another name, and nothing is lost."""
    hook = api.post("/hooks/incoming", {
        "name": f"deploy application {resource}", "action_type": "deploy", "resource_type": "application",
        "resource_id": resource, "requires_secret": False, **rules,
    }).is_(201)  # fmt: skip
    listed = await answer(client.hooks.list_application_hooks(resource))
    same([found.id for found in listed.data], [hook["id"]])
    found = (await answer(client.hooks.get_hook(hook["id"], "incoming"))).data
    change = models.HookUpdate(
        id=found.id, name="deploy it", settings=found.settings, trigger_when=found.trigger_when, active=True
    )

    updated = await answer(client.hooks.update_hook(found.id, "incoming", change))

    same(updated.status, 204)
    after = api.get(f"/hooks/incoming/{hook['id']}").is_(200)
    kept = ["settings", "trigger_when"]
    same((after["name"], [after[name] for name in kept]), ("deploy it", [hook[name] for name in kept]))


async def refused(call: Callable[[], Any], status: int, message: str, errors: dict[str, list[str]] | None) -> None:
    """Demands that the SDK raises its own error, with what we have to say in it."""
    try:
        await answer(call())
    except DevopnessApiError as raised:
        error = raised
    else:
        raise AssertionError(f"it was not refused with {status}")
    same((error.status_code, error.message, error.errors), (status, message, errors))
    same(message in str(error), True)


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    def is_(self, status: int) -> Any:
        """The body, if this is the status."""
        if self.status != status:
            raise AssertionError(f"{self.status} is not {status}: {self.text}")
        return self.json


class Api:
    def __init__(self, url: str = "", token: str | None = None, headers: dict[str, str] | None = None) -> None:
        self._url = url
        self.headers = {"Content-Type": "application/json", **(headers or {})}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def post(self, path: str, body: object = None) -> Answer:
        """Sends bytes as they are, and anything else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        response = httpx.post(f"{self._url}{path}", content=content, headers=self.headers, timeout=30)
        return Answer(response.status_code, response.text)

    def get(self, path: str) -> Answer:
        response = httpx.get(f"{self._url}{path}", headers=self.headers, timeout=30)
        return Answer(response.status_code, response.text)


def signed(secret: str, body: bytes, event: str) -> Api:
    """Calls as GitHub makes them, with the signature of this body."""
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Api(headers={"X-Hub-Signature-256": f"sha256={signature}", "X-GitHub-Event": event})
