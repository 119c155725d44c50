"""Takes the pictures of the console in docs/, with calls as providers send them.

    target/venv/reference/bin/python tests/contract/console_pictures.py [DIRECTORY]

They go to DIRECTORY, else to docs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from console_large import Log
from console_looks import media, settle
from console_page import Page, api, log_in
from reference import Screen, browser
from stack import CALL_LIMIT, PROJECT, Stack, User

# As on a phone, its scroll bars take no room.
WIDE = Screen("wide", 1265, 760, True)
PHONE = Screen("phone", 390, 844, True)

GITHUB, STRIPE, SHOPIFY, ELSEWHERE = "140.82.115.43", "54.187.174.169", "23.227.38.65", "185.204.49.178"
PUSH = {
    "ref": "refs/heads/main",
    "repository": {"full_name": "octo-org/shop", "default_branch": "main", "private": True},
    "head_commit": {"id": "6dcb09b5b57875f334f61aebed695e2e4193db5e", "message": "Take the tax rate from the order"},
    "pusher": {"name": "mona", "email": "mona@example.com"},
}
BRANCH = {**PUSH, "ref": "refs/heads/cart"}
EMPTY = {name: value for name, value in PUSH.items() if name != "head_commit"}
PRODUCT = {"id": 788032119674292922, "title": "Mug", "variants": [{"id": 1, "price": "18.00"}], "status": "active"}
INVOICE = {"id": "evt_1S9", "type": "invoice.paid", "data": {"object": {"id": "in_1S9", "amount_paid": 4200}}}
REFUND = {**INVOICE, "type": "charge.refunded"}

# The calls, the oldest first: how long ago in seconds, the hook, the event, the body, and from where it comes.
CALLS: tuple[tuple[float, str, str, dict[str, Any], str], ...] = (
    (1402, "catalogue", "products/create", PRODUCT, SHOPIFY),
    (1260, "deploy", "push", BRANCH, GITHUB),
    (1031, "billing", "invoice.paid", INVOICE, STRIPE),
    (1030, "billing", "charge.refunded", REFUND, STRIPE),
    (861, "deploy", "ping", {"zen": "Keep it logically awesome."}, GITHUB),
    (640, "catalogue", "products/update", PRODUCT, SHOPIFY),
    (431, "deploy", "push", PUSH, ELSEWHERE),
    (362, "previews", "pull_request", {"action": "labeled", "number": 88}, GITHUB),
    (214, "catalogue", "products/update", PRODUCT, SHOPIFY),
    (137, "deploy", "push", EMPTY, GITHUB),
    (64, "billing", "invoice.paid", INVOICE, STRIPE),
    (0, "deploy", "push", PUSH, GITHUB),
)
CONDITIONS = [
    {"name": "push to main", "type": "request_body", "path": "ref", "operator": "equals", "accepted_values": ["refs/heads/main"]},
    {"name": "a push", "type": "request_header", "path": "x-github-event", "operator": "equals", "accepted_values": ["push"]},
]  # fmt: skip
VARIABLES = [
    {"name": "branch", "path": "repository.default_branch", "type": "string"},
    {"name": "commit", "path": "head_commit.id", "type": "string", "required": True},
    {"name": "replicas", "type": "integer", "default_value": 2},
]
STEPS = (
    ("Fetch the code", 'echo "From https://github.com/octo-org/shop"; echo "   6dcb09b5b578..main"'),
    ("Install packages", "echo 'added 412 packages in 9s'"),
    ("Build", "echo 'building for production ...'; sleep 600"),
)


def main() -> int:
    pictures = Path(sys.argv[1] if len(sys.argv) > 1 else PROJECT / "docs")
    with Stack() as stack:
        user = stack.put_user(project_id=42, name="Dana Usman")
        hooks = make_hooks(stack, user)
        made = [send(stack, hooks[name], event, body, source) for _, name, event, body, source in CALLS[:-1]]
        log = Log(stack, made[0])
        for hook in hooks.values():
            age(log, hook["id"])
        for (ago, *_, source), identifier in zip(CALLS, made, strict=False):
            log.move(identifier, time.time() - ago - 10, source)
        token = api(stack, user, "POST", "/users/personal-access-tokens", {"name": "worker"})["token"]
        with stack.worker(token):
            _, name, event, body, source = CALLS[-1]
            log.move(send(stack, hooks[name], event, body, source), time.time() - 3, source)
            for screen in (WIDE, PHONE):
                take(stack, user, screen, hooks["deploy"]["id"], pictures)
            for action in api(stack, user, "GET", "/actions"):
                api(stack, user, "POST", f"/actions/{action['id']}/cancel")
    return 0


def take(stack: Stack, user: User, screen: Screen, deploy: str, pictures: Path) -> None:
    of_phone = "-phone" if screen == PHONE else ""
    with browser(screen) as driver:
        page = Page(driver, stack, screen, user)
        log_in(page)
        for theme in ("light", "dark"):
            media(page, **{"prefers-color-scheme": theme})
            of_theme = of_phone + ("" if theme == "light" else "-dark")
            page.go("#/calls", "Refresh catalogue")
            page.until(lambda: len(page.all(".row[data-id]")) == len(CALLS), "all calls")
            page.until(lambda: page.all(".row .is-in-progress"), "the action that runs")
            shoot(page, pictures / f"console-calls{of_theme}.png")
            page.find(".row:has(.is-failed) a").click()
            page.says("What was decided")
            shoot(page, pictures / f"console-call{of_theme}.png")
            page.go(f"#/hooks/{deploy}/edit", "A call like this would run")
            shoot(page, pictures / f"console-form{of_theme}.png")


def shoot(page: Page, path: Path) -> None:
    """As the documents show it: on a wide screen in the light."""
    page.script("document.activeElement.blur()")
    settle(page)
    if page.screen == WIDE and "dark" not in path.name or path.parent != PROJECT / "docs":
        page.driver.save_screenshot(str(path))


def make_hooks(stack: Stack, user: User) -> dict[str, dict[str, Any]]:
    pipeline = api(stack, user, "POST", "/pipelines/application/42", {"name": "Deploy the shop", "operation": "deploy"})
    for name, command in STEPS:
        step = {"name": name, "command": command, "runner": "custom"}
        api(stack, user, "POST", f"/pipelines/{pipeline['id']}/steps", step)

    def make(name: str, provider: str, starts: str, **more: object) -> dict[str, Any]:
        action, resource, number = starts.split()
        body = {"name": name, "provider": provider, "action_type": action, "resource_type": resource, **more}
        return dict(api(stack, user, "POST", "/hooks/incoming", {**body, "resource_id": int(number)}))

    rules = {"trigger_when": {"conditions": CONDITIONS}, "settings": {"variables": VARIABLES}}
    return {
        "deploy": make("Deploy shop on push to main", "github", "deploy application 42", pipeline_id=pipeline["id"], **rules),
        "catalogue": make("Refresh catalogue", "shopify", "deploy application 17"),
        "billing": make("Restart billing worker", "stripe", "restart daemon 9"),
        "previews": make("Preview environments", "github", "deploy deployment 88"),
    }  # fmt: skip


def age(log: Log, hook: str) -> None:
    """Lets a hook have been made before its calls came."""
    day = {"S": time.strftime("%Y-%m-%dT09:00:00.000Z", time.gmtime(time.time() - 9 * 86400))}
    change = {"UpdateExpression": "SET updated_at = :day", "ExpressionAttributeValues": {":day": day}}
    log.ask("UpdateItem", {"TableName": log.table("Hooks"), "Key": {"id": {"S": hook}}, **change})


def send(stack: Stack, hook: dict[str, Any], event: str, body: dict[str, Any], source: str) -> str:
    """Calls a hook as its provider does, or with another secret from elsewhere. Gives the id of the call."""
    text = json.dumps(body, indent=2).encode()
    secret = "another secret" if source == ELSEWHERE else hook["secret"]
    headers = {"Content-Type": "application/json", **SIGN[hook["provider"]](secret.encode(), text, event)}
    request = urllib.request.Request(f"{stack.url}/hooks/{hook['id']}/trigger", text, headers)
    try:
        with urllib.request.urlopen(request, timeout=CALL_LIMIT) as answer:
            return str(json.load(answer)["request_id"])
    except urllib.error.HTTPError as error:
        return str(json.load(error)["request_id"])


def github(secret: bytes, text: bytes, event: str) -> dict[str, str]:
    proof = hmac.new(secret, text, hashlib.sha256).hexdigest()
    delivery = "b70183cc-a051-43ff-a116-6409928568cf"
    agent = {"User-Agent": "GitHub-Hookshot/3f1c9a2", "X-GitHub-Delivery": delivery, "X-GitHub-Event": event}
    return {**agent, "X-Hub-Signature-256": f"sha256={proof}"}


def stripe(secret: bytes, text: bytes, _: str) -> dict[str, str]:
    now = str(int(time.time()))
    return {
        "Stripe-Signature": f"t={now},v1={hmac.new(secret, now.encode() + b'.' + text, hashlib.sha256).hexdigest()}"
    }


def shopify(secret: bytes, text: bytes, event: str) -> dict[str, str]:
    proof = base64.b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()
    return {
        "X-Shopify-Hmac-Sha256": proof,
        "X-Shopify-Topic": event,
        "X-Shopify-Webhook-Id": hashlib.md5(text).hexdigest(),
    }


SIGN: dict[str, Callable[[bytes, bytes, str], dict[str, str]]] = {
    "github": github,
    "stripe": stripe,
    "shopify": shopify,
}

if __name__ == "__main__":
    sys.exit(main())
