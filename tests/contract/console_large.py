"""Much in the console, for `console.py`: 10,000 calls, calls that come while somebody reads, and a body of 2 MB."""

from __future__ import annotations

import concurrent.futures
import json
import secrets
import time
import urllib.request
from typing import Any

from console_page import Page, api, call, log_in
from reference import SCREENS, browser
from stack import CALL_LIMIT, Stack

CALLS = 10_000
WRITTEN = 300
DAY = 24 * 60 * 60

SCROLL_LIMIT = 180  # In seconds. It takes 15 on a quiet machine.
ARRIVAL_LIMIT = 20

# What one may take in milliseconds here, where others use the processor too. On a quiet machine it is a fraction of it.
PANE_LIMIT = 8_000
TASK_LIMIT = 2_000

# Behind the pages of the calls that were written come those of others like the last one, which are made here: the
# functions of a test are compiled without optimisation, and would take minutes for all.
MORE = """
const [count, written] = arguments;
const real = window.fetch;
let last = null, given = 0;
window.fetch = async (path, options) => {
  if (!String(path).startsWith("/hook-requests?") || path.includes("after=")) return real(path, options);
  if (given < written) {
    const answer = await real(path, options);
    const items = await answer.clone().json();
    given += items.length;
    last = items.at(-1) ?? last;
    if (answer.headers.has("link")) return answer;
  }
  const items = Array.from({ length: Math.min(100, count - given) }, (_, n) => {
    const at = Date.parse(last.created_at) - (given + n) * 60_000;
    const id = crypto.randomUUID();
    const time = at.toString(16).padStart(12, "0");
    return { ...last, id: `${time.slice(0, 8)}-${time.slice(8)}-7${id.slice(15)}`, created_at: new Date(at).toISOString() };
  });
  given += items.length;
  const headers = given < count ? { link: '</hook-requests?before=x>; rel="next"' } : {};
  return new Response(JSON.stringify(items), { headers });
};
"""

# Opens a call, and gives how long that took until its body was there, and the longest task that kept the page from
# answering its user.
OPEN = """
const [id, done] = arguments;
const tasks = [];
const note = (list) => tasks.push(...list.getEntries().map((one) => one.duration));
new PerformanceObserver(note).observe({ type: "longtask" });
const from = performance.now();
const look = () => {
  const pane = document.querySelector(".pane .codebox .code");
  if (!pane?.textContent || !location.hash.includes(id)) return requestAnimationFrame(look);
  const taken = performance.now() - from;
  setTimeout(() => done([taken, Math.max(0, ...tasks), document.querySelectorAll("*").length]), 300);
};
location.hash = `#/calls/${id}`;
look();
"""


class Log:
    """The table of calls in the emulator of DynamoDB, in which calls are written as one that came."""

    def __init__(self, stack: Stack, like: str) -> None:
        self._url = stack.dynamodb_url
        names = self._ask("ListTables", {})["TableNames"]
        self._table = next(name for name in names if "Requests" in name)
        wanted = {
            "FilterExpression": "id = :id AND attribute_exists(outcome)",
            "ExpressionAttributeValues": {":id": {"S": like}},
        }
        self._item = self._ask("Scan", {"TableName": self._table, **wanted})["Items"][0]

    def write(self, *times: float) -> list[str]:
        """A call that came at each of these times, in seconds. Gives their ids."""
        ids = [self._id(one) for one in times]
        puts = [{"PutRequest": {"Item": {**self._item, "id": {"S": one}}}} for one in ids]
        batches = [{"RequestItems": {self._table: puts[at : at + 25]}} for at in range(0, len(puts), 25)]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda batch: self._ask("BatchWriteItem", batch), batches))
        assert not any(answer.get("UnprocessedItems") for answer in answers), "not all calls were written"
        return ids

    def _id(self, at: float) -> str:
        """A UUIDv7 of that time, with the end that ids of the hook's calls have."""
        digits = (
            f"{int(at * 1000):012x}7{secrets.randbits(12):03x}8{secrets.randbits(28):07x}{self._item['id']['S'][-8:]}"
        )
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def _ask(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        # The emulator checks no signature, but wants to see one.
        headers = {
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "X-Amz-Date": "20260101T000000Z",
            "Authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, "
            "SignedHeaders=host, Signature=0",
            "Content-Type": "application/x-amz-json-1.0",
        }
        request = urllib.request.Request(self._url, json.dumps(parameters).encode(), headers, method="POST")
        with urllib.request.urlopen(request, timeout=CALL_LIMIT) as answer:
            return dict(json.load(answer))


def holds_much(stack: Stack) -> None:
    user = stack.put_user(project_id=10)
    hook = api(stack, user, "POST", "/hooks/incoming", {
        "name": "deploy the shop", "provider": "github", "action_type": "deploy", "resource_type": "application",
        "resource_id": 42,
    })  # fmt: skip
    first = call(stack, hook, "{}")["request_id"]
    log = Log(stack, first)
    now = time.time() - 60
    log.write(*(now - number * 2 * DAY / WRITTEN for number in range(WRITTEN)))
    with browser(SCREENS[0]) as driver:
        page = Page(driver, stack, SCREENS[0], user)
        log_in(page)
        scrolls_through(page)
        stays_where_it_is(page, hook, log)
        opens_large(page, hook)


def scrolls_through(page: Page) -> None:
    """All calls are reached by scrolling, and only those near the window are in the page."""
    page.until(lambda: page.all(".row[data-id]"), "the calls")
    page.script(MORE, CALLS, WRITTEN)
    page.go("#/hooks", "Hooks")
    page.go("#/calls", "Live")
    page.until(lambda: page.all(".row[data-id]"), "the calls")
    most, rows, deadline = 0, 0, time.monotonic() + SCROLL_LIMIT
    while rows < CALLS:
        assert time.monotonic() < deadline, f"{rows} calls after {SCROLL_LIMIT} s"
        page.script("scrollTo(0, document.documentElement.scrollHeight)")
        time.sleep(0.05)
        elements, rows = page.script(
            "return [document.querySelectorAll('*').length, "
            "[...document.querySelectorAll('.chunk')].reduce((sum, one) => sum + one.items.length, 0)]"
        )
        most = max(most, elements)
    print(f"{rows} calls, at most {most} elements")
    assert most < 8000, f"the page has {most} elements"


def stays_where_it_is(page: Page, hook: dict[str, Any], log: Log) -> None:
    """What comes while somebody reads further down moves nothing, and waits behind a button."""
    page.script("scrollTo(0, document.documentElement.scrollHeight / 2)")
    seen = "[...document.querySelectorAll('.row[data-id]')].find((e) => e.getBoundingClientRect().top > 200)"
    page.until(lambda: page.script(f"return Boolean({seen})"), "rows in the middle")
    page.script(f"window.kept = {seen}; window.top0 = kept.getBoundingClientRect().top")
    before = page.script("return [kept.dataset.id, top0]")
    came = call(page.stack, hook, "{}")["request_id"]
    # Slow calls are written after quick ones that began later.
    [late] = log.write(time.time() - 10)
    page.until(lambda: page.all(".fresh:not([hidden])"), "the button of new calls", ARRIVAL_LIMIT)
    page.until(lambda: "2 new" in page.find(".fresh").text, "both new calls", ARRIVAL_LIMIT)
    after = page.script("return [kept.dataset.id, kept.getBoundingClientRect().top]")
    assert before[0] == after[0] and abs(before[1] - after[1]) < 2, f"a row moved from {before} to {after}"
    page.body_keys("n")
    for one in (came, late):
        page.until(lambda one=one: len(page.all(f".row[data-id='{one}']")) == 1, "the new calls at the top")
    ids = page.script("return [...document.querySelectorAll('.chunk')].flatMap((one) => one.items.map((it) => it.id))")
    assert len(ids) == len(set(ids)), "a call is shown twice"


def opens_large(page: Page, hook: dict[str, Any]) -> None:
    body = json.dumps({"all": [{"id": number, "name": f"item {number % 7}", "ok": True} for number in range(45_000)]})
    assert len(body) > 2_000_000
    identifier = call(page.stack, hook, body)["request_id"]
    taken, task, elements = page.driver.execute_async_script(OPEN, identifier)
    print(f"2 MB: {taken:.0f} ms, the longest task {task:.0f} ms, {elements} elements")
    assert taken < PANE_LIMIT and task < TASK_LIMIT and elements < 8000, (taken, task, elements)
