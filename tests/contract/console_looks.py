"""How the console looks and reads, for `console.py`: by the rules of axe-core, in the dark, with forced colours,
without motion, and with large text."""

from __future__ import annotations

import functools
from typing import Any

from console_page import Page
from stack import PROJECT

AXE = PROJECT / "target" / "contract" / "node_modules" / "axe-core" / "axe.min.js"

# WCAG 2.2 at level AA, and what axe-core holds for good practice besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Colours do not change with the theme alone: what they stand on does.
OF_COLOURS = ["color-contrast", "link-in-text-block"]

RUN = """
const [source, rules, tags, done] = arguments;
if (!window.axe) (0, eval)(source);
const only = rules ? { type: "rule", values: rules } : { type: "tag", values: tags };
axe.run(document, { runOnly: only, resultTypes: ["violations"] }).then(
  ({ violations }) => done(violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 4).map((node) =>
    `${node.html.slice(0, 160)} (${node.any.concat(node.all, node.none)[0]?.message ?? ""})`).join("; ")}`)),
  (error) => done([String(error)]));
"""


@functools.cache
def axe() -> str:
    return AXE.read_text()


def is_accessible(page: Page, name: str, rules: list[str] | None = None) -> None:
    """axe-core finds nothing on what the page shows now."""
    found = page.driver.execute_async_script(RUN, axe(), rules, RULES)
    assert not found, f"{name} on {page.screen.name}: " + "\n".join(found)


def looks_well(page: Page, name: str, pictures: Any) -> None:
    """The page as it is, in both themes."""
    media(page, **{"prefers-color-scheme": "light"})
    settle(page)
    page.driver.save_screenshot(str(pictures / f"{name}-{page.screen.name}.png"))
    is_accessible(page, name)
    media(page, **{"prefers-color-scheme": "dark"})
    settle(page)
    page.driver.save_screenshot(str(pictures / f"{name}-{page.screen.name}-dark.png"))
    is_accessible(page, f"{name} in the dark", OF_COLOURS)
    media(page)


def media(page: Page, **features: str) -> None:
    """What the system of the reader asks of pages."""
    chosen = [{"name": name, "value": value} for name, value in features.items()]
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": chosen})


def settle(page: Page) -> None:
    """Waits until no row is tinted any more and the page is painted: contrast is not for the middle of a change."""
    painted = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))"
    tinted = "return document.getAnimations().some((one) => one.animationName === 'arrive')"
    page.until(lambda: not page.script(tinted) and not page.all(".toast"), "a page at rest")
    page.driver.execute_async_script(painted)


def bends(page: Page, name: str) -> None:
    """What readers may set: forced colours leave borders, motion is off, and text of twice the size fits."""
    media(page, **{"forced-colors": "active", "prefers-reduced-motion": "reduce"})
    bare = page.script(
        "return [...document.querySelectorAll('.btn, .field')].filter((e) => e.checkVisibility() && "
        "getComputedStyle(e).borderStyle !== 'solid').map((e) => e.outerHTML.slice(0, 120))"
    )
    assert not bare, f"{name} has controls without a border in forced colours: {bare}"
    moving = page.script(
        "return document.getAnimations().filter((one) => one.effect.getComputedTiming().activeDuration > 50)"
        ".map((one) => one.animationName ?? one.transitionProperty)"
    )
    assert not moving, f"{name} moves: {moving}"
    media(page)
    page.script("document.documentElement.style.fontSize = '200%'")
    width = page.script("return document.documentElement.scrollWidth")
    page.script("document.documentElement.style.fontSize = ''")
    assert width <= page.screen.width, f"{name} is {width} pixels wide with large text"


def dialogs(page: Page, pictures: Any) -> None:
    """What is over a page is accessible too."""
    page.go("#/access", "Project tokens")
    page.body_keys("?")
    page.says("Use single keys")
    looks_well(page, "keys", pictures)
    page.escape()
    page.press("New token")
    page.says("Valid for")
    looks_well(page, "token-dialog", pictures)
    page.escape()
