"""Much in the console, for `console.py`: 10,000 calls, calls that come while somebody reads, and a body of 2 MB."""

from __future__ import annotations

import concurrent.futures
import json
import secrets
import statistics
import time
import urllib.request
from typing import Any

from console_page import Page, api, call, log_in
from console_trace import Trace
from reference import SCREENS, browser
from stack import CALL_LIMIT, Stack

CALLS = 10_000
WRITTEN = 300
DAY = 24 * 60 * 60

SCROLL_LIMIT = 180  # In seconds. It takes 15 on a quiet machine.
ARRIVAL_LIMIT = 20

# In milliseconds of the processor, on the thread of the page: for a body of 2 MB, for one task of that, and for a frame.
PANE_LIMIT = 1000
TASK_LIMIT = 200
FRAME_LIMIT = 17

# Behind the pages of the calls that were written come those of others like the last one, which are made here: the
# functions of a test are compiled without optimisation, and would take minutes for all.
MORE = """
const [count, written] = arguments;
const real = window.fetch;
let last = null, given = 0;
window.fetch = async (path, options) => {
  if (!String(path).startsWith("/hook-requests?") || /after=|outcome/.test(path)) return real(path, options);
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
  const headers = given < count ? { link: `</hook-requests?before=${items.at(-1).id}>; rel="next"` } : {};
  return new Response(JSON.stringify(items), { headers });
};
"""

# Opens a call, waits until its body is there and painted, and gives how many elements the page then has.
OPEN = """
const [id, done] = arguments;
const look = () => {
  const pane = document.querySelector(".pane .codebox .code");
  if (!pane?.textContent || !location.hash.includes(id)) return requestAnimationFrame(look);
  setTimeout(() => done(document.querySelectorAll("*").length), 300);
};
location.hash = `#/calls/${id}`;
look();
"""

# Scrolls 60 pixels a frame, so many frames long.
SCROLL = """
const [frames, done] = arguments;
let left = frames;
const step = () => {
  if (left-- === 0) return done();
  scrollBy(0, 60);
  requestAnimationFrame(step);
};
step();
"""
FRAMES = 300


class Log:
    """The table of calls in the emulator of DynamoDB, in which calls are written as one that came."""

    def __init__(self, stack: Stack, like: str) -> None:
        self._url = stack.dynamodb_url
        self._table = self.table("Requests")
        self._item = next(one for one in self._items(like) if "outcome" in one)

    def _items(self, identifier: str) -> list[dict[str, Any]]:
        """All of a call. The log may be written after the answer."""
        deadline = time.monotonic() + CALL_LIMIT
        wanted = {"FilterExpression": "id = :id", "ExpressionAttributeValues": {":id": {"S": identifier}}}
        while time.monotonic() < deadline:
            items: list[dict[str, Any]] = []
            page: dict[str, Any] = {"LastEvaluatedKey": None}
            while "LastEvaluatedKey" in page:
                start = {"ExclusiveStartKey": page["LastEvaluatedKey"]} if page["LastEvaluatedKey"] else {}
                page = self.ask("Scan", {"TableName": self._table, **wanted, **start})
                items += page["Items"]
            if items:
                return items
        raise AssertionError(f"the call {identifier} is not in the log")

    def table(self, name: str) -> str:
        return next(str(one) for one in self.ask("ListTables", {})["TableNames"] if name in one)

    def write(self, *times: float) -> list[str]:
        """A call that came at each of these times, in seconds. Gives their ids."""
        ids = [self._id(one) for one in times]
        puts = [{"PutRequest": {"Item": {**self._item, "id": {"S": one}}}} for one in ids]
        batches = [{"RequestItems": {self._table: puts[at : at + 25]}} for at in range(0, len(puts), 25)]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda batch: self.ask("BatchWriteItem", batch), batches))
        assert not any(answer.get("UnprocessedItems") for answer in answers), "not all calls were written"
        return ids

    def move(self, identifier: str, at: float, source: str) -> None:
        """Lets a call have come at another time, and from another address."""
        moved = {"S": self._id(at, identifier[-8:])}
        for item in self._items(identifier):
            put = {**item, "id": moved, "pk": {"S": item["pk"]["S"].replace(identifier, moved["S"])}}
            if "ip_address" in item:
                put["ip_address"] = {"S": source}
            self.ask("PutItem", {"TableName": self._table, "Item": put})
            self.ask("DeleteItem", {"TableName": self._table, "Key": {name: item[name] for name in ("pk", "id")}})

    def _id(self, at: float, end: str | None = None) -> str:
        """A UUIDv7 of that time, with the end that ids of the hook's calls have."""
        end = end or self._item["id"]["S"][-8:]
        digits = f"{int(at * 1000):012x}7{secrets.randbits(12):03x}8{secrets.randbits(28):07x}{end}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def ask(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """What DynamoDB answers."""
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
    page.script("scrollTo(0, 5000)")
    with Trace(page.driver) as trace:
        page.driver.execute_async_script(SCROLL, FRAMES)
    frame, longest = statistics.median(sorted(trace.tasks)[-FRAMES:]), max(trace.tasks)
    print(f"{rows} calls: at most {most} elements, {frame:.1f} ms a frame, the longest task {longest:.0f} ms")
    assert most < 8000, f"the page has {most} elements"
    assert frame < FRAME_LIMIT and longest < TASK_LIMIT, (frame, longest)


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
    with Trace(page.driver) as trace:
        elements = page.driver.execute_async_script(OPEN, identifier)
    # The small ones are the frames that pass until the server has answered.
    taken, longest = sum(one for one in trace.tasks if one > 5), max(trace.tasks)
    print(f"2 MB: {taken:.0f} ms, the longest task {longest:.0f} ms, {elements} elements")
    assert taken < PANE_LIMIT and longest < TASK_LIMIT and elements < 8000, (taken, longest, elements)
