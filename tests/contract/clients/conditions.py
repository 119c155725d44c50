"""Hooks with conditions that the SDK does not know, as a part of the journey."""

from __future__ import annotations

from typing import Any

from support import Api, written_back

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
        await written_back(self.client, self.api, 44, trigger_when={"conditions": CONDITIONS})
