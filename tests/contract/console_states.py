"""What the console says where nothing is yet and where an answer fails, and what it asks over its pages, for `console.py`:
everyone can read it, in both themes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from console_login import LOST
from console_looks import looks_well
from console_page import Page, api, call, log_in
from console_says import says_which_action_is_first
from reference import Screen, browser
from selenium.webdriver.common.keys import Keys
from stack import Stack, User

CALL = "01a209f7-0f9d-79ba-9712-2b2164476eb4"
HOOK = "00000000-0000-4000-8000-000000000000"

# Pages of a project that has nothing: their names, addresses, and what they say.
EMPTY = (
    ("calls", "#/calls", "No calls yet"),
    ("calls-filtered", "#/calls?outcome=failed&last=1h", "No call matches"),
    ("hooks", "#/hooks", "No hooks yet"),
    ("hooks-filtered", "#/hooks?q=shop", "No hook matches"),
    ("actions", "#/actions", "No actions yet"),
    ("actions-filtered", "#/actions?status=failed", "No action matches"),
    ("access", "#/access", "The project has no tokens."),
)

# Pages whose questions the server cannot answer.
FAULTS = (
    ("calls", "#/calls", "The calls could not be read"),
    ("call", f"#/calls/{CALL}", "The call could not be read"),
    ("hooks", "#/hooks", "The hooks could not be read"),
    ("hook", f"#/hooks/{HOOK}", "The hook could not be read"),
    ("edit", f"#/hooks/{HOOK}/edit", "The hook could not be read"),
    ("actions", "#/actions", "The actions could not be read"),
    ("action", "#/actions/1", "The action could not be read"),
    ("access", "#/access", "The people could not be read"),
)
FAILING = """
window.answered ??= window.fetch;
window.fetch = async () => new Response(JSON.stringify({
  message: "The service is temporarily unavailable: try again in a few seconds.", request_id: "01a209f7" }), { status: 503 });
"""
ANSWERING = "window.fetch = window.answered"


def says_what_is_wrong(stack: Stack, screen: Screen, pictures: Path) -> None:
    user = stack.put_user(project_id=11 + screen.is_phone)
    with browser(screen) as driver:
        driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})  # axe-core looks at the page from within.
        page = Page(driver, stack, screen, user)
        log_in(page)
        for name, address, words in EMPTY:
            page.go(address, words)
            looks_well(page, f"empty-{name}", pictures)
        page.script(FAILING)
        for name, address, words in FAULTS:
            page.go(address, words)
            page.says("temporarily unavailable")
            looks_well(page, f"fault-{name}", pictures)
        # The form needs only the providers, which are known by now.
        page.go("#/hooks/new", "The dry run did not answer. You can still create the hook.")
        looks_well(page, "fault-form", pictures)
        # The list of calls asks again by itself.
        page.go("#/calls", "The calls could not be read")
        page.says("No answer. Trying again in")
        page.script(ANSWERING)
        page.says("No calls yet")
        page.script(FAILING)
        page.go("#/hooks", "The hooks could not be read")
        page.script(ANSWERING)
        page.press("Try again")
        page.says("No hooks yet")
        asks(page, stack, user, pictures)
        says_which_action_is_first(page, stack, user, pictures)
        expires(page, pictures)


def asks(page: Page, stack: Stack, user: User, pictures: Path) -> None:
    """Each dialog, with what it says next."""
    hook: dict[str, Any] = api(stack, user, "POST", "/hooks/incoming", {
        "name": "deploy the shop", "provider": "github", "action_type": "deploy", "resource_type": "application",
        "resource_id": 42,
    })  # fmt: skip
    page.go(f"#/hooks/{hook['id']}", "None yet.")
    looks_well(page, "hook-without-calls", pictures)
    page.press("Rotate")
    page.press("Use one from the provider", "dialog")
    looks_well(page, "rotate", pictures)
    page.press("Rotate secret", "dialog")
    page.says("must")
    looks_well(page, "rotate-refused", pictures)
    page.press("Make a new secret", "dialog")
    page.press("Rotate secret", "dialog")
    page.says("This is the only time the secret is shown.")
    looks_well(page, "rotated", pictures)
    page.press("I have stored it", "dialog")
    page.until(lambda: not page.all("dialog"), "the closed dialog")
    page.press("Delete hook")
    page.type("#danger-name", hook["name"])
    looks_well(page, "delete", pictures)
    page.escape()
    call(stack, hook, "{}")
    page.go("#/calls?last=1h", "Queued")
    page.press("Retry all that match")
    page.says("1 call would run again.")
    looks_well(page, "retry", pictures)
    page.escape()
    page.body_keys(Keys.CONTROL + "k")
    page.press("Find", "dialog")
    page.says("This holds no id")
    looks_well(page, "find", pictures)
    page.escape()


def expires(page: Page, pictures: Path) -> None:
    """The login that is asked for over a page, and what it says to a wrong password."""
    page.script(LOST)
    page.go("#/hooks", "Your login is over")
    page.type("#email", page.user[0])
    page.type("#password", "not the password")
    page.keys(Keys.ENTER)
    page.says("The e-mail address or the password is wrong.")
    looks_well(page, "login-again", pictures)
