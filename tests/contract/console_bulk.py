"""Many calls run again in the console, for `console.py`."""

from __future__ import annotations

import concurrent.futures
import json
import re
import secrets
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from console_looks import looks_well
from console_page import Page, asked, call
from stack import CALL_LIMIT, Stack

MANY = 214  # More than two steps take. One of them came before.

# In seconds. Each call that runs again takes a busy machine some tenths.
RETRY_LIMIT = 240

# The next retry of many is counted wrongly, as if a call had come meanwhile.
MISCOUNTED = """
const real = window.fetch;
window.fetch = (path, options) => {
  const step = options?.body && String(path).includes("/retry?") ? JSON.parse(options.body) : {};
  if (!step.operation_id) return real(path, options);
  window.fetch = real;
  return real(path, { ...options, body: JSON.stringify({ ...step, count: step.count - 1 }) });
};
"""

# The next step is done, but its answer is lost on its way. Keeps what all steps say.
LOST = """
const real = window.fetch;
window.steps = [];
window.fetch = async (path, options) => {
  const step = options?.body && String(path).includes("/retry?") ? JSON.parse(options.body) : {};
  const answer = await real(path, options);
  if (step.operation_id && steps.push(options.body) === 1) throw new TypeError("lost");
  return answer;
};
"""


def retries_many(page: Page, hook: dict[str, Any], pictures: Path) -> None:
    """Every call that matches runs again, in steps. If the answer of a step is lost, its retry runs nothing twice."""
    ignored = '{"ref": "refs/heads/x"}'
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda _: call(page.stack, hook, ignored)["message"], range(MANY - 1))
    assert all("condition" in message for message in answers)
    # Nothing compresses this enough to be kept.
    call(page.stack, hook, json.dumps({"ref": "refs/heads/x", "noise": secrets.token_hex(500_000)}))
    page.go(f"#/calls?outcome=ignored&hook={hook['id']}", "Live")
    page.press("Retry all that match")
    page.says("That is required")
    page.escape()
    page.go(f"#/calls?outcome=ignored&hook={hook['id']}&last=1h", "Live")
    page.press("Retry all that match")
    page.says("Ignored calls of Deploy <img")
    page.says(f"{MANY} calls would run again. 1 cannot: its body was not kept.")
    looks_well(page, "retry-many", pictures)
    page.script(MISCOUNTED)
    page.press(f"Retry {MANY} calls")
    page.says(f"It is {MANY} now")
    page.press("Look again", "dialog")
    page.says(f"{MANY} calls would run again.")
    page.script(LOST)
    page.press(f"Retry {MANY} calls")
    page.says("“Go on” sends the same step again, and no call runs twice.", RETRY_LIMIT)
    page.press("Go on", "dialog")
    page.says(f"{MANY} calls ran again: 0 queued, {MANY} ignored, 0 failed.", RETRY_LIMIT)
    page.says("Not retried")
    first, again, *_ = page.script("return window.steps")
    assert first == again, "another step was sent in place of the one that was lost"
    looks_well(page, "retried-many", pictures)
    link = page.find("dialog .sentences a")
    identifier = link.text
    link.click()
    page.says("The body was not kept, because it is too large for the log.")
    assert identifier in page.driver.current_url
    # What was not retried is still there, and the page beside it can be used.
    assert page.find("dialog .sentences a").text == identifier, "the list is gone"
    page.find(".pane .shut").click()
    page.until(lambda: not page.all(".pane:not([hidden])"), "the closed call")
    page.press("Close", "dialog")
    page.until(lambda: not page.all("dialog"), "the closed dialog")
    ran = [one["retry_of"] for one in calls_of(page.stack, hook) if one["retry_of"]]
    assert len(ran) == len(set(ran)) == MANY, f"{len(ran)} calls ran again, {len(set(ran))} of them different ones"


def calls_of(stack: Stack, hook: dict[str, Any]) -> list[dict[str, Any]]:
    """All calls of the hook, from each page of the list."""
    proof = {"email": stack.email, "password": stack.password}
    token = asked(stack, "POST", "/users/login", proof)["access_token"]
    found: list[dict[str, Any]] = []
    url: str | None = f"{stack.url}/hook-requests?per_page=100&filter%5Bhook_id%5D={hook['id']}"
    while url:
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=CALL_LIMIT) as answer:
            found += json.load(answer)
            more = re.search(r'<([^>]*)>; rel="next"', answer.headers["Link"] or "")
        url = urllib.parse.urljoin(stack.url, more[1]) if more else None
    return found
