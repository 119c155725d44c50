"""Uses /console in a real browser, without a window, as people do: from the login to a deleted hook.

    target/venv/reference/bin/python tests/contract/console.py [DIRECTORY]

It needs what `reference.py` needs. The pictures go to DIRECTORY, else to target/console.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from console_bulk import retries_many
from console_large import holds_much
from console_login import has_a_login_in_each_tab, keeps_nothing, keeps_what_was_typed, refuses_guesses
from console_looks import bends, dialogs, looks_well
from console_page import PAGE_LIMIT, Page, call, echo, fits, log_in, sound
from console_says import (
    says_how_it_is_proven,
    says_how_providers_sign,
    says_what_was_before_the_conditions,
    says_when_hooks_were_called,
)
from console_scheme import make_own_scheme
from console_states import says_what_is_wrong
from console_ways import goes_back_and_forward, goes_by_keys, goes_by_lines, opens_cold, survives_garbage
from reference import SCREENS, Screen, browser
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from stack import CALL_LIMIT, PROJECT, Stack

# A call has to be in the list so soon after it came. It is asked for every 2 seconds, or 5 after an answer that failed.
LIVE_LIMIT = 15

# What a sender could try: markup, an address that runs, a name that breaks objects, a turned line, and 2 MB of text.
EVIL = "<img src=x onerror=alert(1)>\u202egpj.exe"
HOSTILE = (
    '{"ref": "refs/heads/main", "html": "<svg onload=alert(2)><script>alert(3)</script>", '
    '"link": "javascript:alert(4)", '
    '"__proto__": {"admin": true}, "turned": "user \u202e gpj.exe", "half": "\\ud83d", "same": 1, "same": 2, '
    '"exact": 12345678901234567890.10, "many": ['
    + ",".join(map(str, range(5000)))
    + '], "big": "'
    + "0123456789abcdef" * 20_000
    + '"}'
)
BYTES = b'{"a": "\x00\xff\x80"}'
GOOD = '{"ref": "refs/heads/main", "head_commit": {"id": "6dcb09b5"}, "count": 12345678901234567890}'

# The pages that need no call: their names, addresses, and words that they show when they are whole.
COLD = (
    ("hooks", "#/hooks", "That is all."),
    ("hook", "#/hooks/{hook}", "Last calls"),
    ("form", "#/hooks/new?provider=gitlab", "A call like this would"),
    ("edit", "#/hooks/{hook}/edit", "A call like this would"),
    ("actions", "#/actions", "No actions yet"),
    ("access", "#/access", "Project tokens"),
)
UNAUTHORIZED = ("/users/login - Failed to load resource: the server responded with a status of 401",)


def main() -> int:
    pictures = Path(sys.argv[1] if len(sys.argv) > 1 else PROJECT / "target" / "console")
    pictures.mkdir(parents=True, exist_ok=True)
    with Stack() as stack:
        hook = story(stack, pictures)
        for screen in (*SCREENS, Screen("narrow", 320, 640, True)):
            shows(stack, screen, hook, pictures)
        for screen in SCREENS:
            says_what_is_wrong(stack, screen, pictures)
        holds_much(stack)
    print(f"/console tells its story: see {pictures}")
    return 0


def story(stack: Stack, pictures: Path) -> dict[str, Any]:
    """From the login to a deleted hook, on a wide screen."""
    with browser(SCREENS[0]) as driver:
        page = Page(driver, stack, SCREENS[0])
        log_in(page, wrong_first=True)
        page.says("No calls yet")
        hook = make_hook(page)
        driver.save_screenshot(str(pictures / "created-wide.png"))
        page.press("I have stored the secret")
        page.says("Nothing was copied yet. Press again to leave.")
        page.press("I have stored the secret")
        page.says("Last calls")
        assert hook["secret"] not in driver.page_source, "the secret is still in the page"
        page.go("#/calls", "Live")
        see_calls(page, hook)
        see_hostile(page, hook)
        see_bytes(page, hook)
        rotate(page, hook)
        make_token(page)
        copies_as_curl(page)
        polls(page)
        survives_garbage(page)
        delete(page, hook)
        make_own_scheme(page)
        sound(page, expected=UNAUTHORIZED)
    with browser(SCREENS[0]) as driver:
        page = Page(driver, stack, SCREENS[0])
        log_in(page)
        kept: dict[str, Any] = make_hook(page)
        for body in (GOOD, GOOD.replace("refs/heads/main", "refs/heads/x"), "{"):
            call(stack, kept, body)
        call(stack, kept, GOOD, secret="another secret of 16 letters")
        goes_back_and_forward(page)
        goes_by_keys(page)
        retries_many(page, kept, pictures)
        keeps_what_was_typed(page)
        has_a_login_in_each_tab(page)
        keeps_nothing(page)
        refuses_guesses(page, stack)
    return kept


def shows(stack: Stack, screen: Screen, hook: dict[str, Any], pictures: Path) -> None:
    """Each page of the console on this screen: it fits, and everyone can use it."""
    with browser(screen) as driver:
        driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})  # axe-core looks at the page from within.
        page = Page(driver, stack, screen)
        driver.get(f"{stack.url}/console")
        page.find("#password")
        looks_well(page, "login", pictures)
        log_in(page)
        for name, address, words in pages(page, hook):
            page.go(address, words)
            fits(page, name)
            bends(page, name)
            if screen.name == "narrow":
                driver.save_screenshot(str(pictures / f"{name}-narrow.png"))
            else:
                looks_well(page, name, pictures)
        if screen == SCREENS[0]:
            dialogs(page, pictures)
            for _, address, words in COLD:
                opens_cold(page, address.format(hook=hook["id"]), words)
        sound(page)


def make_hook(page: Page) -> dict[str, Any]:
    page.go("#/hooks/new", "Who calls it")
    says_how_providers_sign(page)
    page.type("#f-name", f"Deploy {EVIL}")
    page.type("#f-resource_id", "42")
    page.says("A call like this would run")
    page.press("Add a condition")
    page.type("[aria-label='Condition 1'] [aria-label=Path]", "ref")
    page.type("[aria-label='Condition 1'] [aria-label='Accepted values']", "refs/heads/x")
    page.says("A call like this would be ignored")
    page.type("[aria-label='Condition 1'] [aria-label='Accepted values']", "refs/heads/main")
    page.says("A call like this would run")
    page.press("Create hook")
    page.says("Now connect GitHub")
    address, secret = (one.text for one in page.all(".once-value")[:2])
    assert re.fullmatch(r".+/hooks/[0-9a-f-]{36}/trigger", address), address
    return {"url": address, "id": address.split("/")[-2], "secret": secret}


def see_calls(page: Page, hook: dict[str, Any]) -> None:
    """A call comes while the list is shown, is opened by its row, and runs again."""
    made = call(page.stack, hook, GOOD)["request_id"]
    row = page.until(lambda: next(iter(page.all(f".row[data-id='{made}'] a")), None), "the new call", LIVE_LIMIT)
    forged = call(page.stack, hook, GOOD, secret="another secret of 16 letters")["request_id"]
    page.until(lambda: page.all(f".row[data-id='{forged}'] .is-rejected"), "the forged call", LIVE_LIMIT)
    page.until(lambda: "Deploy application 42 · GitHub" in page.text(), "the title of the provider")
    row.send_keys(Keys.ENTER)
    page.says("What was decided")
    assert "12345678901234567890" in page.find(".pane").text, "a number was rounded"
    goes_by_lines(page)
    assert made in page.driver.current_url, page.driver.current_url
    page.driver.find_element(By.TAG_NAME, "body").send_keys("r")
    page.until(lambda: made not in page.driver.current_url, "the retry")
    page.says("Retry of")
    page.driver.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
    page.until(lambda: not page.all(".pane:not([hidden])"), "the closed pane")
    says_how_it_is_proven(page, hook, made, forged)
    says_what_was_before_the_conditions(page, hook, GOOD)
    says_when_hooks_were_called(page)
    page.go(f"#/calls/{forged}", "Usual causes")
    assert page.all(".no-retry"), "a rejected call can be retried"
    page.go("#/calls?outcome=rejected&hook=nonsense&last=never", "rejected")
    page.until(lambda: len(page.all(".row[data-id]")) == 1, "the rejected call alone")
    page.go("#/calls/01a209f7-0f9d-79ba-9712-2b2164476eb4", "The call does not exist")


def see_hostile(page: Page, hook: dict[str, Any]) -> None:
    """Nothing that a stranger sends becomes more than text."""
    loaded = "return document.querySelectorAll('img, script, iframe, object').length"
    before = page.script(loaded)
    made = call(page.stack, hook, HOSTILE, event=EVIL.encode("ascii", "ignore").decode())["request_id"]
    start = time.monotonic()
    page.go(f"#/calls/{made}", "What came")
    taken = time.monotonic() - start
    assert taken < PAGE_LIMIT / 2, f"a large call took {taken:.1f} s"
    pane = page.find(".pane").text
    for words in ("<svg onload=alert(2)>", "javascript:alert(4)", "\\u202e", "12345678901234567890.10", "__proto__"):
        assert words in pane, f"{words} is not shown as it was sent"
    assert pane.count('"same"') == 2, "a doubled member is lost"
    assert page.script(loaded) == before, "text became elements"
    hrefs = page.script("return [...document.links].map(e => e.href)")
    assert not [one for one in hrefs if one.startswith("javascript:")], "a payload became a link"
    assert page.script("return document.querySelectorAll('*').length") < 8000, "the page is too large"


def see_bytes(page: Page, hook: dict[str, Any]) -> None:
    """A body that is no text is shown by its bytes, and copied as them."""
    made = call(page.stack, hook, BYTES)["request_id"]
    page.go(f"#/calls/{made}", "What came")
    page.says("00000000  7b 22 61 22 3a 20 22 00 ff 80 22 7d")
    assert page.all("[aria-label='Copy the body in base64']")


def rotate(page: Page, hook: dict[str, Any]) -> None:
    page.go(f"#/hooks/{hook['id']}", "Last calls")
    page.press("Rotate")
    page.press("Rotate secret", "dialog")
    page.says("This is the only time the secret is shown.")
    secret = page.find("dialog .once-value").text
    page.press("I have stored it", "dialog")
    page.says("********\nsince ")
    page.says("The one before is valid until")
    assert call(page.stack, hook, GOOD)["message"] == "The pipeline job was queued.", "the old secret overlaps"
    hook["secret"] = secret
    assert call(page.stack, hook, GOOD)["message"] == "The pipeline job was queued.", "the new secret"


def make_token(page: Page) -> None:
    page.go("#/access", "Your tokens")
    page.press("New token")
    page.type("#token-name", "the build server")
    page.keys(Keys.ENTER)
    page.says("This is the only time the token is shown.")
    token = page.find("dialog .once-value").text
    request = urllib.request.Request(f"{page.stack.url}/users/me", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=CALL_LIMIT) as answer:
        assert json.load(answer)["email"] == page.stack.email
    page.press("I have stored it", "dialog")
    page.says("the build server")
    shown = page.find("tbody code").text
    assert re.fullmatch("devopness_pat_[0-9a-f]{8}…", shown) and token.startswith(shown[:-1]), shown
    assert page.find(".hint [href='/docs#tag/users']").text == "administrator"
    page.press("Revoke")
    page.type("#danger-name", "the build server")
    page.press("Revoke token", "dialog")
    page.says("revoked")


def copies_as_curl(page: Page) -> None:
    """What is copied for a shell sends the same bytes, and runs nothing else."""
    text = '{"a": "it\'s $(touch /tmp/pwned) `id` \\\\ \\n %s \u202e"}\n'
    headers = {"content-type": "application/json", "x-odd": "'; echo pwned; '", "host": "left.out"}
    for body, raw in ((text, None), (None, BYTES), ("a\0b", b"a\0b")):
        with echo() as (url, received):
            it = {"url": url, "request_headers": headers if body == text else {}, "request_query": "shop=a+b%26c"}
            coded = raw and base64.b64encode(raw).decode()
            command = page.module("bodies.js", "return module.curl(...arguments).command", it, body, coded)
            subprocess.run(["sh", "-c", f"{command} --silent --show-error"], check=True, timeout=CALL_LIMIT)
        assert received["body"] == (raw or text.encode()), received
        assert received.get("host") != "left.out" and received["path"] == "/?shop=a+b%26c", received
        if body == text:
            assert received["x-odd"] == headers["x-odd"], received
        else:
            assert "content-type" not in received, "curl says that it is a form"


# A poller under a clock that stands still: gives how long it waits in each of some situations.
SPEEDS = """
const [real, now] = [[window.setTimeout, window.clearTimeout], Date.now];
let time = now(), next = null, answer = () => 0;
window.setTimeout = (does, delay) => { next = [does, delay]; return 1; };
window.clearTimeout = () => { next = null; };
Date.now = () => time;
let asks = 0;
const live = module.poller(async () => { asks++; return answer(); });
const rest = async () => { for (let n = 0; n < 20; n++) await null; return next === null ? null : next[1]; };
const round = async (later) => { const [does] = next; time += later; next = null; does(); return rest(); };
const waits = {};
try {
  live.start();
  waits.first = await rest();
  waits.quiet = await round(61_000);
  answer = () => 3;
  waits.busy = await round(5000);
  answer = () => 0;
  waits.idle = await round(400_000);
  answer = () => { throw Object.assign(new Error("busy"), { after: 30 }); };
  waits.told = await round(15_000);
  answer = () => { throw new Error("gone"); };
  waits.failing = [];
  for (let n = 0; n < 6; n++) waits.failing.push(await round(60_000));
  waits.state = live.status.className;
  answer = () => 0;
  waits.well = await round(60_000);
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  const before = asks;
  waits.hidden = [await round(60_000), asks - before];
  delete document.hidden;
  document.dispatchEvent(new Event("visibilitychange"));
  waits.seen = [await rest(), asks - before];
  live.flip();
  waits.paused = next;
} finally {
  delete document.hidden;
  live.stop();
  [window.setTimeout, window.clearTimeout] = real;
  Date.now = now;
}
return waits;
"""


def polls(page: Page) -> None:
    """How often the lists ask, as docs/console.md says, and how they give way to a server in trouble."""
    waits = page.module("list.js", SPEEDS)
    assert (waits["first"], waits["quiet"], waits["busy"], waits["idle"]) == (2000, 5000, 2000, 15000), waits
    assert waits["told"] == 30000, waits
    doubled = zip(waits["failing"], (10_000, 20_000, 40_000, 60_000, 60_000, 60_000), strict=True)
    assert all(0.75 * usual <= wait <= 1.25 * usual for wait, usual in doubled), waits
    assert (waits["hidden"], waits["seen"]) == ([None, 0], [15000, 1]), waits
    assert (waits["state"], waits["well"], waits["paused"]) == ("live lost", 15000, None), waits


def delete(page: Page, hook: dict[str, Any]) -> None:
    page.go(f"#/hooks/{hook['id']}", "Last calls")
    page.press("Delete hook")
    assert not page.find("dialog .danger").is_enabled(), "a hook can be deleted without its name"
    typed = (
        "const e = document.getElementById('danger-name'); e.value = arguments[0]; e.dispatchEvent(new Event('input'))"
    )
    page.script(typed, f"Deploy {EVIL}")
    page.press("Delete hook", "dialog")
    page.says("No hooks yet")
    answer = call(page.stack, hook, GOOD)
    assert "not found" in answer["message"], answer


def pages(page: Page, hook: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each page: its name, its address, and words that it shows when it is whole."""
    yield "calls", "#/calls", "Deploy <img"
    for outcome in ("queued", "ignored", "rejected", "failed"):
        page.go(f"#/calls?outcome={outcome}", "Deploy <img")
        # The list is drawn anew, so no row is held on to.
        of_outcome = f"return document.querySelector('.row[data-id]:has(.pill.is-{outcome})')?.dataset.id"
        identifier = page.until(lambda script=of_outcome: page.script(script), f"a call that was {outcome}")
        page.go("#/hooks", "Last call")
        yield f"call-{outcome}", f"#/calls/{identifier}", "What was answered"
    for name, address, words in COLD:
        yield name, address.format(hook=hook["id"]), words
    yield "calls-none", "#/calls?outcome=failed&event=never", "No call matches"
    yield "calls-bound", "#/calls?event=never", "Reached the bound of this search at"
    yield "call-none", "#/calls/01a209f7-0f9d-79ba-9712-2b2164476eb4", "The call does not exist"
    yield "hook-none", "#/hooks/00000000-0000-4000-8000-000000000000", "The hook does not exist"


if __name__ == "__main__":
    sys.exit(main())
