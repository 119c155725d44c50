"""Ways through the console, for `console.py`: by keys, back and forward, to addresses opened cold, and to some that are none."""

from __future__ import annotations

from console_page import Page, log_in
from selenium.webdriver.common.keys import Keys

GARBAGE = (
    "#/%E0%A4%A",
    "#//////",
    "#/__proto__/constructor",
    "#/calls?outcome=<svg onload=alert(1)>&hook=1&status=9&last=constructor&from=x&to=%00",
    "#/calls/..%2f..%2fusers%2fme",
    "#/hooks/%00",
    "#/hooks/..%2F..%2Fusers",
    "#/hooks/new?provider=__proto__&from=%2e%2e",
    "#/actions?status=constructor&resource=../1",
    "#/actions/constructor",
    "#/access/1/2/3",
    "#javascript:alert(1)",
)


def opens_cold(page: Page, address: str, words: str) -> None:
    """The address in a new document: it asks for a login, and leads to where it says."""
    page.driver.get("about:blank")
    log_in(page, address)
    page.says(words)
    assert page.script("return location.hash") == address


def survives_garbage(page: Page) -> None:
    for address in GARBAGE:
        page.go(address, "")
        page.until(
            lambda: page.script("return document.querySelector('main h1')?.textContent"), f"a title at {address}"
        )
        page.driver.execute_async_script("const done = arguments[0]; setTimeout(done, 50)")
        assert page.find(".nav").is_displayed() and not page.all("dialog"), address
    page.go("#/calls", "Live")


def goes_back_and_forward(page: Page) -> None:
    """Through a filter, a call and its end; the focus is on the row when the call is closed."""
    page.go("#/calls", "Live")
    rows = ".row[data-id]"
    page.until(lambda: len(page.all(rows)) > 1, "some calls")
    page.press("Failed", ".filters")
    page.until(lambda: page.all(rows) and not page.all(f"{rows} .is-queued"), "the failed calls")
    filtered = page.script("return location.hash")
    page.find(f"{rows} a").send_keys(Keys.ENTER)
    page.says("What was decided")
    opened = page.script("return location.hash")
    assert opened.startswith("#/calls/") and opened.endswith("outcome=failed"), opened
    page.escape()
    page.until(lambda: page.script("return location.hash") == filtered, "the list again")
    page.until(lambda: page.script("return document.activeElement.closest('.row')?.dataset.id") in opened, "the row")
    for address in (opened, filtered, "#/calls"):
        page.driver.back()
        is_at(page, address)
    for address in (filtered, opened):
        page.driver.forward()
        is_at(page, address)
    page.until(lambda: not page.all(f"{rows} .is-queued"), "the failed calls again")


def is_at(page: Page, address: str) -> None:
    """The list is there, and a call beside it if the address names one."""
    page.until(lambda: page.script("return location.hash") == address, address)
    page.until(lambda: bool(page.all(".pane:not([hidden])")) == ("/calls/" in address), f"{address} as it was")


def goes_by_lines(page: Page) -> None:
    """The arrows go from line to line of a body that can be opened, and `y` copies the path of the one with the focus."""
    page.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    focused = "return document.activeElement.closest('.j-line')?.textContent"
    page.find(".pane .j-tog").send_keys(Keys.ARROW_DOWN)
    first = page.script(focused)
    assert first.startswith('"ref"'), first
    page.keys(Keys.ARROW_DOWN)
    assert page.script(focused).startswith('"head_commit"'), page.script(focused)
    page.keys(Keys.ARROW_UP)
    assert page.script(focused) == first, page.script(focused)
    for path in ("ref", "head_commit", "head_commit.id"):
        page.keys("y")
        page.until(lambda path=path: copied(page) == path, f"the path {path}")
        page.keys(Keys.ARROW_DOWN)


def copied(page: Page) -> str:
    return str(page.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0], arguments[0])"))


def goes_by_keys(page: Page) -> None:
    """To each page, through the list, and to what a call offers. A switch turns single keys off."""
    for key, address in (("h", "#/hooks"), ("a", "#/actions"), ("t", "#/access"), ("c", "#/calls")):
        page.body_keys(f"g{key}")
        page.until(lambda address=address: page.script("return location.hash") == address, address)
    page.until(lambda: len(page.all(".row[data-id]")) > 2, "some calls")
    current = "return document.activeElement.closest('.row')?.dataset.id"
    ids = page.script("return [...document.querySelectorAll('.row[data-id]')].map((one) => one.dataset.id)")
    page.body_keys("j")
    assert page.script(current) == ids[0], "the first row"
    for key, place in ((Keys.ARROW_DOWN, 1), ("j", 2), (Keys.ARROW_UP, 1), ("k", 0)):
        page.keys(key)
        assert page.script(current) == ids[place], f"row {place} after {key!r}"
    page.body_keys("p")
    page.says("Paused at")
    page.body_keys("p")
    page.says("Live")
    page.body_keys("/")
    assert page.script("return document.activeElement.ariaLabel") == "Hook", "the first filter"
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.script("document.activeElement.blur()")
    page.body_keys("?")
    page.press("Use single keys", "dialog")
    page.escape()
    page.body_keys("h")
    page.body_keys("gh")
    assert page.script("return location.hash") == "#/calls", "a key that is off"
    page.body_keys("?")
    page.press("Use single keys", "dialog")
    page.escape()
    page.body_keys("h")
    page.says("Who calls it")
    page.go("#/calls", "Live")
