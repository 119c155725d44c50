"""Hooks with variables that the SDK knows in part, as a part of the journey."""

from __future__ import annotations

from typing import Any

from devopness import models

from support import Api, answer, same

BOUNDED: list[dict[str, Any]] = [
    {"name": "stage", "source": "query", "type": "string", "allowed_values": ["a", "b"], "default_value": "a"},
    {"name": "event", "source": "header", "path": "x-event", "type": "string", "required": True, "max_length": 9},
    {"name": "count", "path": "n", "type": "integer", "allowed_values": [1, 2]},
    {"name": "ids", "path": "commits.*.id", "type": "array"},
]
UNKNOWN: list[dict[str, Any]] = [
    {"name": "price", "type": "number", "allowed_values": [1.5]},
    {"name": "all", "path": "$", "type": "object"},
]


class Variables:
    """Steps of the journey; a step's name is its claim."""

    client: Any
    api: Api

    async def loses_nothing_of_a_variable_that_it_does_not_know(self) -> None:
        for resource, variables in [(45, BOUNDED), (46, UNKNOWN), (47, BOUNDED + UNKNOWN)]:
            hook = self.api.post("/hooks/incoming", {
                "name": f"deploy application {resource}", "action_type": "deploy", "resource_type": "application",
                "resource_id": resource, "requires_secret": False, "settings": {"variables": variables},
            }).is_(201)  # fmt: skip
            listed = await answer(self.client.hooks.list_application_hooks(resource))
            same([found.id for found in listed.data], [hook["id"]])
            found = (await answer(self.client.hooks.get_hook(hook["id"], "incoming"))).data
            change = models.HookUpdate(
                id=found.id, name="deploy it", settings=found.settings, trigger_when=found.trigger_when, active=True
            )

            updated = await answer(self.client.hooks.update_hook(found.id, "incoming", change))

            same(updated.status, 204)
            after = self.api.get(f"/hooks/incoming/{hook['id']}").is_(200)
            same((after["name"], after["settings"]), ("deploy it", hook["settings"]))
