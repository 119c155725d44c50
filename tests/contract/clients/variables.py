"""Hooks with variables that the SDK knows in part, as a part of the journey."""

from __future__ import annotations

from typing import Any

from support import Api, written_back

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
            await written_back(self.client, self.api, resource, settings={"variables": variables})
