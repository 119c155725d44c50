"""Opens /docs in a real browser, without a window, and looks at what a reader gets.

    target/venv/reference/bin/python tests/contract/reference.py [DIRECTORY]

It needs Chromium and its driver (Debian: `chromium`, `chromium-driver`) and selenium; `bash .ci/run reference` installs
what is missing. The pictures docs-wide.png and docs-phone.png go to DIRECTORY, else to target/reference.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait
from stack import CALL_LIMIT, PROJECT, Stack

# In seconds. The page takes one or two.
RENDER_LIMIT = 60

FLAGS = [
    "--headless",
    "--no-sandbox",  # Root has none. What is opened here is ours.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-first-run",
]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Screen:
    name: str
    width: int
    height: int
    is_phone: bool


SCREENS = (Screen("wide", 1440, 1000, False), Screen("phone", 390, 844, True))


def main() -> int:
    pictures = Path(sys.argv[1] if len(sys.argv) > 1 else PROJECT / "target" / "reference")
    pictures.mkdir(parents=True, exist_ok=True)
    faults = []
    with Stack() as stack:
        with urllib.request.urlopen(f"{stack.url}/openapi.json", timeout=CALL_LIMIT) as answer:
            document = json.load(answer)
        for screen in SCREENS:
            with browser(screen) as driver:
                driver.get(f"{stack.url}/docs")
                found = [*wrong(driver, document, screen), *strange(driver, stack.url)]
                driver.save_screenshot(str(pictures / f"docs-{screen.name}.png"))
            faults += [f"{screen.name}: {fault}" for fault in found]
    print("\n".join(faults) or f"/docs shows {len(list(operations(document)))} operations: see {pictures}")
    return int(bool(faults))


@contextmanager
def browser(screen: Screen) -> Iterator[Chrome]:
    """A new browser, which keeps nothing. Selenium is told where it is, so that it downloads none."""
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = installed("chromium", "google-chrome")
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = Chrome(options=options, service=Service(installed("chromedriver")))
        try:
            metrics = {"width": screen.width, "height": screen.height, "mobile": screen.is_phone}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**metrics, "deviceScaleFactor": 1})
            yield driver
        finally:
            driver.quit()


def installed(*names: str) -> str:
    paths = [path for name in names if (path := shutil.which(name))]
    return paths[0] if paths else sys.exit(f"not installed: {' or '.join(names)}")


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of each."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def wrong(driver: Chrome, document: dict[str, Any], screen: Screen) -> Iterator[str]:
    """What is missing on the page, or does not fit on it."""
    expected = list(operations(document))
    sections = "return [...document.querySelectorAll('[id*=\"/operation/\"]')].map(e => [e.id, e.textContent])"
    WebDriverWait(driver, RENDER_LIMIT).until(lambda _: len(driver.execute_script(sections)) >= len(expected))
    # What is folded away must not break the rules of the page when it is unfolded.
    driver.execute_script("document.querySelectorAll('main button[aria-expanded=false]').forEach(e => e.click())")
    shown = {identifier.rsplit("/", 1)[1]: text for identifier, text in driver.execute_script(sections)}
    for path, method, operation in expected:
        text = shown.get(operation["operationId"], "")
        missing = [part for part in (operation["summary"], path) if part not in text]
        if missing or method not in text.lower():
            yield f"{method.upper()} {path} is not shown with {' and '.join(missing) or 'its method'}"
    address = document["servers"][0]["url"]
    if not any(address in text for text in shown.values()):
        yield f"no operation is shown at {address}"
    if not driver.find_elements("css selector", "html[lang] main h1"):
        yield "the page has no main part with a heading"
    width = driver.execute_script("return document.documentElement.scrollWidth")
    if width > screen.width:
        yield f"the page is {width} pixels wide, the screen {screen.width}"


def strange(driver: Chrome, origin: str) -> Iterator[str]:
    """Errors, breaches of the policy of the page, and requests to others."""
    for entry in driver.get_log("browser"):
        # A breach of the policy is an error too. The warnings are of Redoc, about schemas.
        if entry["level"] == "SEVERE":
            yield f"the console says: {entry['message']}"
    asked = 0
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent" and message["params"]["documentURL"].startswith(origin):
            url = message["params"]["request"]["url"]
            asked += url.startswith(f"{origin}/")
            if not url.startswith((f"{origin}/", "data:")):
                yield f"the page asks for {url}"
    if asked < len(("page", "style", "Redoc", "options", "icon", "document")):
        yield f"the page asks for {asked} things only: this test sees less than happens"


if __name__ == "__main__":
    sys.exit(main())
