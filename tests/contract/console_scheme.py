"""A hook of a sender that is in no list, for `console.py`: its scheme is described in the form, and changed there."""

from __future__ import annotations

import hashlib
import hmac
import time
import urllib.error
import urllib.request
from typing import Any

from console_page import Page
from stack import CALL_LIMIT

# In seconds: so soon the page that waits for a first call shows it.
FIRST_LIMIT = 15


def make_own_scheme(page: Page) -> None:
    """A hook for a sender that is in no list: a signature over the time and the body."""
    page.go("#/hooks/new", "Who calls it")
    page.find("input[name=provider][value='']").click()
    page.type("#f-name", "Build done")
    page.type("#f-resource_id", "7")
    page.press("Time, delivery and event")
    for name, value in (
        ("header", "Authorization"),
        ("prefix", "v1="),
        ("timestamp\\.header", "x-time"),
        ("event", "kind"),
    ):
        page.type(f"#own-{name}", value)
    page.press("Create hook")
    page.until(lambda: page.all("[data-field='verification.header'] .fault"), "the fault below its field")
    page.type("#own-header", "x-proof")
    page.type("#own-signed", "{header:x-time}.{body}")
    page.says("A call like this would run")
    page.press("Create hook")
    page.says("Now connect the sender")
    address, secret = (one.text for one in page.all(".once-value")[:2])
    page.press("Copy address and secret")
    assert call_own({"url": address, "secret": secret}, {"X-Proof": "v1="}) == 200
    page.says("signed with the right secret", FIRST_LIMIT)
    change_own_scheme(page, address.split("/")[-2], secret)


def call_own(hook: dict[str, Any], prefixes: dict[str, str]) -> int:
    """Calls a hook whose sender signs the time and the body. `prefixes` has the header of the proof, and what is before it."""
    moment = str(int(time.time()))
    proof = hmac.new(hook["secret"].encode(), f"{moment}.{{}}".encode(), hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Time": moment}
    headers |= {name: prefix + proof for name, prefix in prefixes.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(hook["url"], b"{}", headers), timeout=CALL_LIMIT) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def change_own_scheme(page: Page, identifier: str, secret: str) -> None:
    """The scheme of a hook that is saved is shown as it is, and changed: its secret stays."""
    page.go(f"#/hooks/{identifier}/edit", "Who calls it")
    page.says("A call like this would run")
    kept = {"header": "x-proof", "prefix": "v1=", "signed": "{header:x-time}.{body}", "timestamp\\.header": "x-time"}
    for name, value in kept.items():
        shown = page.script("return document.querySelector(arguments[0]).value", f"#own-{name}")
        assert shown == value, f"{name} is shown as {shown}"
    assert not page.all("#own-secret"), "a secret can only be replaced by a rotation"
    page.type("#own-header", "x-other")
    page.type("#own-prefix", "v2=")
    page.press("Save")
    page.says("Last calls")
    hook = {"url": f"{page.stack.url}/hooks/{identifier}/trigger", "secret": secret}
    assert call_own(hook, {"X-Other": "v2="}) == 200, "a call in the new scheme"
    assert call_own(hook, {"X-Proof": "v1="}) == 401, "a call in the old scheme"
