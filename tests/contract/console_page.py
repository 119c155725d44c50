"""The console in a browser, for `console.py`: finds, presses and types as people do, and looks for what is wrong."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.server
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

from reference import Screen
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from stack import CALL_LIMIT, Stack, User

# In seconds. A busy machine may take some of them for one page.
PAGE_LIMIT = 20

# The page was drawn anew between finding and pressing something.
MOVED = (StaleElementReferenceException, ElementClickInterceptedException)


class Page:
    """The console in a browser, and what it said wrong so far."""

    def __init__(self, driver: Chrome, stack: Stack, screen: Screen, user: User | None = None) -> None:
        self.driver, self.stack, self.screen = driver, stack, screen
        self.user = (user.email, user.password) if user else (stack.email, stack.password)

    def find(self, selector: str) -> WebElement:
        return self.until(lambda: next((one for one in self.all(selector) if one.is_displayed()), None), selector)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def until(self, found: Callable[[], Any], what: str, limit: float = PAGE_LIMIT) -> Any:
        try:
            return WebDriverWait(self.driver, limit, 0.1, MOVED).until(lambda _: found())
        except TimeoutException as error:
            raise AssertionError(f"never seen: {what}\n{self.text()[:2000]}") from error

    def text(self) -> str:
        return str(self.script("return document.body.innerText"))

    def says(self, words: str, limit: float = PAGE_LIMIT) -> None:
        self.until(lambda: words in self.text(), words, limit)

    def script(self, code: str, *arguments: object) -> Any:
        return self.driver.execute_script(code, *arguments)

    def go(self, address: str, words: str) -> None:
        self.script("location.hash = arguments[0]", address)
        self.says(words)

    def module(self, name: str, code: str, *arguments: object) -> Any:
        """What code gives that has a module of the console as `module`."""
        source = self.script("return document.querySelector('script[type=module]').src").replace("app.js", name)
        whole = (
            "const done = arguments[arguments.length - 1];"
            f"import({json.dumps(source)}).then((module) => (async function () {{ {code} }}).apply(null, arguments))"
            ".then(done, (error) => done({ fault: String(error) }));"
        )
        return self.driver.execute_async_script(whole, *arguments)

    def press(self, words: str, within: str = "") -> None:
        """Presses the button or link with this text or label."""
        named = (
            "return [...document.querySelectorAll(arguments[1] + ' :is(button, a, summary, label)')].find((e) => "
            "(e.textContent.trim() === arguments[0] || e.ariaLabel === arguments[0]) && e.checkVisibility() && !e.disabled)"
        )

        def pressed() -> bool:
            found = self.script(named, words, within)
            if found:
                # As the focus does, and unlike the driver: not behind the bar at the bottom of a phone.
                self.script("arguments[0].scrollIntoView({ block: 'nearest' })", found)
                found.click()
            return bool(found)

        self.until(pressed, words)

    def type(self, selector: str, text: str) -> None:
        field = self.find(selector)
        field.clear()
        field.send_keys(text)

    def keys(self, text: str) -> None:
        self.driver.switch_to.active_element.send_keys(text)

    def body_keys(self, text: str) -> None:
        self.driver.find_element(By.TAG_NAME, "body").send_keys(text)

    def escape(self) -> None:
        self.keys(Keys.ESCAPE)
        self.until(lambda: not self.all("dialog"), "the closed dialog")


def log_in(page: Page, address: str = "#/calls", *, wrong_first: bool = False) -> None:
    page.driver.get(f"{page.stack.url}/console{address}")
    email, password = page.user
    if wrong_first:
        page.type("#email", email)
        page.type("#password", "not the password")
        page.press("Log in")
        page.says("The e-mail address or the password is wrong.")
    page.type("#email", email)
    page.type("#password", password)
    page.keys(Keys.ENTER)
    page.find("#top .nav")


def call(
    stack: Stack, hook: dict[str, Any], body: str | bytes, *, secret: str | None = None, event: str = "push"
) -> dict[str, Any]:
    """Calls a hook as GitHub does."""
    sent = body.encode(errors="surrogatepass") if isinstance(body, str) else body
    proof = hmac.new((secret or hook["secret"]).encode(), sent, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-GitHub-Event": event, "X-Hub-Signature-256": f"sha256={proof}"}
    request = urllib.request.Request(f"{stack.url}/hooks/{hook['id']}/trigger", sent, headers)
    try:
        with urllib.request.urlopen(request, timeout=CALL_LIMIT) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        return dict(json.load(error))


def api(stack: Stack, user: User, method: str, path: str, body: object = None) -> Any:
    """What the API answers this user."""
    proof = {"email": user.email, "password": user.password}
    token = asked(stack, "POST", "/users/login", proof)["access_token"]
    return asked(stack, method, path, body, {"Authorization": f"Bearer {token}"})


def asked(stack: Stack, method: str, path: str, body: object, headers: dict[str, str] | None = None) -> Any:
    content = {"Content-Type": "application/json", **(headers or {})}
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(stack.url + path, sent, content, method=method)
    with urllib.request.urlopen(request, timeout=CALL_LIMIT) as answer:
        return json.load(answer)


@contextlib.contextmanager
def echo() -> Iterator[tuple[str, dict[str, Any]]]:
    """A server that keeps the one request that it gets."""
    received: dict[str, Any] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.update({name.lower(): value for name, value in self.headers.items()})
            received["path"] = self.path
            received["body"] = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", received
        server.shutdown()


def fits(page: Page, name: str) -> None:
    width = page.script("return document.documentElement.scrollWidth")
    assert width <= page.screen.width, f"{name} is {width} pixels wide, the screen {page.screen.width}"
    headings = page.script("return [...document.querySelectorAll('h1')].filter(e => e.textContent).length")
    assert headings == 1, f"{name} has {headings} titles"
    nameless = page.script(
        "return [...document.querySelectorAll('main :is(button, a, input, select, textarea)')]"
        ".filter((e) => e.checkVisibility() && !(e.textContent.trim() || e.ariaLabel || e.labels?.length || e.placeholder))"
        ".map((e) => e.outerHTML.slice(0, 200))"
    )
    assert not nameless, f"{name} has controls without a name: {nameless}"


def sound(page: Page, expected: tuple[str, ...] = ()) -> None:
    """No error, no breach of the policy, no dialog of a script, and no request to others."""
    for entry in page.driver.get_log("browser"):
        message = entry["message"]
        # What is not there, and rules that are not complete yet, are for the page to explain.
        is_asked = any(f"the server responded with a status of {status}" in message for status in (404, 422))
        if entry["level"] == "SEVERE" and not is_asked and not any(one in message for one in expected):
            raise AssertionError(f"the console of the browser says: {message}")
    for entry in page.driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        assert message["method"] != "Page.javascriptDialogOpening", "a script has opened a dialog"
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            assert url.startswith((f"{page.stack.url}/", "data:", "chrome:", "about:")), f"the page asks for {url}"
