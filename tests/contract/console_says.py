"""What the console says of a call, a hook and an action besides their fields, for `console.py`: how calls are proven, when a
hook was last called, and which action runs before another."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from console_looks import looks_well
from console_page import Page, api, call
from stack import Stack, User

PROVEN = "HMAC-SHA256 of {body} in the header x-hub-signature-256"

# In seconds: the console asks for the actions that run before another every 15.
TURN_LIMIT = 40


def says_how_it_is_proven(page: Page, hook: dict[str, Any], good: str, forged: str) -> None:
    """With which header and algorithm, of a call that was accepted, of one that was not, and of a hook."""
    page.go(f"#/calls/{good}", "What was decided")
    page.says(f"Verified: {PROVEN}.")
    page.go(f"#/calls/{forged}", "Usual causes")
    page.says(f"The hook expects {PROVEN}.")
    assert "Verified" not in page.find(".trail").text, "a forged call is shown as verified"
    page.go(f"#/hooks/{hook['id']}", "Last calls")
    page.says(f"proof: verified, {PROVEN}")


def says_how_providers_sign(page: Page) -> None:
    """Beside the picker: how, what it is worth, and whether a call can be sent again. A header finds its provider."""
    page.says(f"It sends {PROVEN}. A call that someone captures can be sent again.")
    page.find("input[name=provider][value='stripe']").click()
    page.says("It sends HMAC-SHA256 of {t}.{body} in the header stripe-signature, and a call is valid for 5 minutes.")
    page.type("#other-provider", "x-pagerduty-signature\t")
    page.says("in the header x-pagerduty-signature")
    assert page.all("input[name=provider][value=pagerduty]:checked"), "a header finds no provider"
    page.find("input[name=provider][value='github']").click()
    page.says(f"It sends {PROVEN}.")


def says_what_was_before_the_conditions(page: Page, hook: dict[str, Any], body: str) -> None:
    """A call that was ignored before its conditions were looked at does not show them as if they had been."""
    page.go(f"#/hooks/{hook['id']}", "Last calls")
    page.press("On")
    page.says("This hook is off: its calls are answered 200 and ignored.")
    ignored = call(page.stack, hook, body)["request_id"]
    page.go(f"#/calls/{ignored}", "The hook is inactive.")
    trail = page.find(".trail").text
    assert trail.count("not looked at") == 3 and "hold" not in trail, trail
    page.go(f"#/hooks/{hook['id']}", "This hook is off")
    page.press("Switch on")
    page.until(lambda: "This hook is off" not in page.text(), "the hook that is on again")


def says_when_hooks_were_called(page: Page) -> None:
    """The list has the last call of each hook, and the names that people have for providers."""
    page.go("#/hooks", "Last call")
    page.until(lambda: page.all("tbody tr"), "the hooks")
    cells = [cell.text for cell in page.all("tbody tr:first-child td")]
    assert "GitHub" in cells and re.search("ago|just now", cells[-1]), cells


def says_which_action_is_first(page: Page, stack: Stack, user: User, pictures: Path) -> None:
    """Two actions of one resource, and then two of one pipeline: the second names the first."""
    body = {"name": "Deploy the shop", "operation": "deploy", "max_parallel_actions": 1}
    pipeline = api(stack, user, "POST", "/pipelines/application/7", body)
    step = {"name": "Build it", "command": "echo built; exit 0", "runner": "custom"}
    api(stack, user, "POST", f"/pipelines/{pipeline['id']}/steps", step)
    first, second = (api(stack, user, "POST", f"/pipelines/{pipeline['id']}/actions", {})["id"] for _ in range(2))
    names_first(page, second, first, "Another action of this resource runs first:")
    looks_well(page, "action-waits", pictures)
    api(stack, user, "POST", f"/actions/{first}/cancel")
    page.says("No worker has taken it yet.", TURN_LIMIT)

    other = {"name": "deploy the other shop", "provider": "github", "action_type": "deploy", "pipeline_id": pipeline["id"]}
    hook = api(stack, user, "POST", "/hooks/incoming", {**other, "resource_type": "application", "resource_id": 8})
    call(stack, hook, "{}")
    third = page.until(lambda: waiting(stack, user), "an action that waits for the pipeline")
    names_first(page, third, second, "Its pipeline runs as many actions at once as it may:")
    for action in (second, third):
        api(stack, user, "POST", f"/actions/{action}/cancel")


def names_first(page: Page, action: int, first: int, words: str) -> None:
    page.go(f"#/actions/{action}", words)
    assert page.find(f".facts [href='#/actions/{first}']").text == f"#{first}"


def waiting(stack: Stack, user: User) -> int | None:
    found = api(stack, user, "GET", "/actions?filter%5Bstatus%5D=waiting")
    return next((one["id"] for one in found if one["status_reason_code"] == "WAITING_CONCURRENCY_PIPELINE"), None)
