"""The sample calls of the crate `samples`, signed now."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import Any

from stack import PROJECT, build
from vendor import Delivery, Vendor


@dataclass(frozen=True)
class Sample:
    """What a provider sends under one of its schemes."""

    hook: dict[str, Any]
    """What its hook is created with."""
    event: Delivery
    tests: list[Delivery]


def sample_of(vendor: Vendor) -> Sample | None:
    """The sample that is signed as the vendor signs, if there is one."""
    hook = vendor.hook
    name = hook.get("provider") or hook["secret_header_name"].lower()
    printed = subprocess.run([build("samples"), name], cwd=PROJECT, check=True, stdout=subprocess.PIPE).stdout
    for facts in json.loads(printed):
        named = "provider" in hook and hook.get("secret_header_name", facts["header"]) == facts["header"]
        implied = "provider" not in hook and facts["by_header"]
        if (named or implied) and hook.get("secret_algorithm", facts["algorithm"]) == facts["algorithm"]:
            tests = [_delivery(facts, call) for call in facts["tests"]]
            return Sample(facts["hook"], _delivery(facts, facts["event"]), tests)
    return None


def _delivery(facts: dict[str, Any], call: dict[str, Any]) -> Delivery:
    return Delivery(call["body"], call["headers"], facts["secret"], facts["url"], call["query"])
