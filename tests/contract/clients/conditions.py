"""Hooks with conditions that the SDK does not know, as a part of the journey."""

from __future__ import annotations

from typing import Any

from devopness import models

from support import Api, answer, same

CONDITIONS: list[dict[str, Any]] = [
    {"name": "tags", "type": "request_body", "path": "ref", "operator": "starts_with", "accepted_values": ["refs/tags/"]},
    {"type": "request_body", "path": "ref", "operator": "not_equals", "accepted_values": ["refs/tags/v0"]},
    {"type": "request_body", "path": "deleted", "operator": "absent"},
    {"name": "large", "type": "request_header", "path": "x-size", "operator": "greater_than", "accepted_values": [9]},
    {"type": "request_header", "path": "x-kind", "accepted_values": ["a", 1, 1.5, True]},
    {"type": "request_query", "path": "env", "operator": "exists"},
    {"name": "either", "any": [
        {"type": "request_body", "path": "a", "operator": "matches", "accepted_values": ["x*"]},
        {"type": "request_query", "path": "a", "accepted_values": [2]},
    ]},
    {"any": [{"type": "request_header", "path": "b", "operator": "contains", "accepted_values": ["y"]}]},
]  # fmt: skip


class Conditions:
    """Steps of the journey; a step's name is its claim."""

    client: Any
    api: Api

    async def loses_no_condition_that_it_does_not_know(self) -> None:
        hook = self.api.post("/hooks/incoming", {
            "name": "deploy application 44", "action_type": "deploy", "resource_type": "application",
            "resource_id": 44, "requires_secret": False, "trigger_when": {"conditions": CONDITIONS},
        }).is_(201)  # fmt: skip
        listed = await answer(self.client.hooks.list_application_hooks(44))
        same([found.id for found in listed.data], [hook["id"]])
        found = (await answer(self.client.hooks.get_hook(hook["id"], "incoming"))).data
        change = models.HookUpdate(
            id=found.id, name="deploy it", settings=found.settings, trigger_when=found.trigger_when, active=True
        )

        updated = await answer(self.client.hooks.update_hook(found.id, "incoming", change))

        same(updated.status, 204)
        after = self.api.get(f"/hooks/incoming/{hook['id']}").is_(200)
        same((after["name"], after["trigger_when"]), ("deploy it", hook["trigger_when"]))
