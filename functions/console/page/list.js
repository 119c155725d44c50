// What lists are made of: their filters, what asks for what is new, the rows of the calls in groups of 25, of which those far
// from the window leave the page and keep their height, and what runs every call again that passes the filters.
import { fill, h, icon } from "./dom.js";
import { address, button, choice, chosen, clock, code, copy, day, dialog, dim, dimmer, dock, field, pill, say, when, word } from "./ui.js";
import { hooksMet, isAbort, nameOf, retryMany, titleOf } from "./api.js";
import { plain, visible } from "./bodies.js";

const OUTCOMES = ["queued", "ignored", "rejected", "failed"];
const HOURS = { "1h": 1, "24h": 24, "7d": 168 };
const STATUSES = [["", "Any answer"], ["200", "200"], ["400", "400"], ["401", "401"], ["415", "415"], ["422", "422"], ["429", "429"], ["503", "503"]];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;

// Only what is known counts; all else in an address is dropped.
const READ = {
  outcome: (text) => text.split(",").every((one) => OUTCOMES.includes(one)),
  hook: (text) => UUID.test(text),
  event: (text) => text.length <= 256,
  status: (text) => /^[2-5]\d\d(,[2-5]\d\d){0,9}$/.test(text),
  last: (text) => Object.hasOwn(HOURS, text),
  from: (text) => INSTANT.test(text),
  to: (text) => INSTANT.test(text),
};

export const read = (params) => chosen(params, READ);

/** The filters as the API names them. A time that moves along becomes an instant. */
export function asked(filters, now = Date.now()) {
  const from = filters.last ? new Date(now - HOURS[filters.last] * 3600_000).toISOString() : filters.from;
  return { outcome: filters.outcome, hook_id: filters.hook, event: filters.event, status: filters.status, from, to: filters.to };
}

/** Draws the controls. `go` gives the address of a change of the filters. */
export function controls(filters, go, events) {
  const choose = (name, label, options, value = filters[name] ?? "") => choice(options.some(([one]) => one === value) ? options : [...options, [value, plain(value)]], value,
    (picked) => { location.hash = go({ [name]: picked, ...(name === "last" && { from: "", to: "" }) }); }, label);
  const names = hooksMet().map((one) => [one.id, plain(one.name)]);
  const time = [["", "Last 30 days"], ["1h", "Last hour"], ["24h", "Last 24 hours"], ["7d", "Last 7 days"]];
  const range = filters.from || filters.to ? "range" : filters.last ?? "";
  return [
    h("nav", { class: "seg", "aria-label": "Outcome" }, [["", "All"], ...OUTCOMES.map((one) => [one, word(one)])].map(([value, text]) => h("a", { href: go({ outcome: value }), class: value ? `is-${value}` : "", "aria-current": (filters.outcome ?? "") === value && "true" }, text))),
    choose("hook", "Hook", [["", "Every hook"], ...names]),
    choose("event", "Event", [["", "Every event"], ...[...events].sort().map((one) => [one, plain(one)])]),
    choose("status", "Answer", STATUSES),
    choose("last", "Time", range === "range" ? [...time, ["range", "A range of time"]] : time, range),
    h("span", { class: "grow" }), button("Copy link to this view", { kind: "quiet wide-only", glyph: "link", onclick: () => share(filters) }),
  ];
}

/** The filters in words, without their time. */
function inWords({ outcome, hook, event, status }) {
  const words = outcome ? `${outcome.split(",").map((one, n) => n ? one : word(one)).join(" or ")} calls` : "Calls that were not rejected";
  return [words, hook && [" of ", h("strong", {}, visible(nameOf(hook)?.name ?? hook))], event && [", event ", h("code", {}, visible(event))], status && `, answered ${status.replaceAll(",", " or ")}`];
}

// The reader of a link sees what its sender saw: a time that moves along becomes a range.
function share(filters) {
  const { last, ...rest } = filters;
  const link = last ? { ...rest, from: asked(filters).from, to: new Date().toISOString() } : rest;
  copy(`${location.origin}${location.pathname}${address(["calls"], link)}`, "Link copied. It needs a login to open.");
}

// The rows of the calls, in groups of 25. Groups far from the window leave the page and keep their height, so that a list
// of 10,000 has some hundred rows in the page.
const GROUP = 25;

/** `filters` gives those of the view, `states` those of actions by id; `painted` is told when rows came back. */
export function groupsOfRows({ filters, states, painted }) {
  let lastDay = null;
  const near = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting, boundingClientRect } of seen) {
      if (isIntersecting && !target.firstChild) paint(target);
      else if (!isIntersecting && target.firstChild && target.isConnected && !target.contains(document.activeElement)) {
        target.style.blockSize = `${boundingClientRect.height}px`;
        target.replaceChildren();
      }
    }
  }, { rootMargin: "1000px", scrollMargin: "1000px" });

  function groups(items, goesOn = false) {
    const made = [];
    if (!goesOn) lastDay = null;
    for (let from = 0; from < items.length; from += GROUP) made.push(group(items.slice(from, from + GROUP)));
    return made;
  }

  function group(items) {
    const el = h("div", { class: "chunk", role: "rowgroup" });
    el.items = items;
    el.before = lastDay;
    lastDay = day(items.at(-1).created_at);
    paint(el);
    near.observe(el);
    return el;
  }

  function paint(el) {
    let its = el.before;
    const made = [];
    for (const one of el.items) {
      const next = day(one.created_at);
      if (its !== null && next !== its) made.push(h("div", { class: "day", role: "row" }, h("span", { role: "cell" }, next)));
      its = next;
      made.push(row(one));
    }
    fill(el, made).style.blockSize = "";
    if (el.isConnected) painted();
  }

  /** Puts new items before the first group. */
  function prepend(el, items) {
    el.items.unshift(...items);
    if (el.firstChild) el.prepend(...items.map((one) => row(one, true)));
  }

  function repaint(body) {
    for (const el of body.querySelectorAll(".chunk")) if (el.firstChild && !el.contains(document.activeElement)) paint(el);
  }

  function row(one, isNew = false) {
    const hook = nameOf(one.hook_id);
    const name = hook ? visible(hook.name) : hook === null ? "Deleted hook" : "…";
    const cell = (n, ...content) => h("span", { role: "cell", class: `c${n} cut` }, content);
    return h("div", { class: `row${isNew ? " came" : ""}`, role: "row", "data-id": one.id },
      cell(0, h("a", { class: "go", href: address(["calls", one.id], filters()), tabindex: "-1" }, pill(one.outcome), " ", h("span", { class: "num code-n" }, one.response_status_code), h("span", { class: "sr" }, `, ${hook ? plain(hook.name) : name}, ${clock(one.created_at)}`))),
      cell(1, name, one.retry_of ? h("span", { class: "tag" }, "retry") : one.test ? h("span", { class: "tag" }, "test") : null),
      cell(2, one.event ? h("code", {}, visible(one.event)) : dimmer("unknown")),
      cell(3, one.outcome === "queued" && hook ? doing(hook) : code(one.message)),
      cell(4, acting(one)), cell(5, h("span", { class: "num" }, one.ip_address)), cell(6, when(one.created_at, clock(one.created_at))));
  }

  function acting(one) {
    if (one.action_id === null) return dimmer(h("span", { "aria-hidden": "true" }, "–"), h("span", { class: "sr" }, "none"));
    const state = states.get(one.action_id);
    return [state && pill(state, { brief: true }), h("span", { class: "num", "data-action": one.action_id }, `#${String(one.action_id).slice(-6)}`)];
  }

  return { groups, prepend, repaint, row, stop: () => near.disconnect() };
}

/** What a hook starts, in words. */
export function doing(hook) {
  const act = hook.action_type.replaceAll("_", " ");
  return [h("span", {}, `${act[0].toUpperCase()}${act.slice(1)} ${hook.resource_type.replaceAll("-", " ")} ${hook.resource_id}`), dimmer(" · ", titleOf(hook))];
}

// Runs every call again that passes the filters of the list: first their number, then steps, which can be stopped. A step
// whose answer was lost is sent again as it was, and nothing runs twice.
const calls = (count) => `${count} call${count === 1 ? "" : "s"}`;

export function retryDialog(shown) {
  // Rejected calls are never retried.
  const filters = { ...shown, outcome: shown.outcome?.split(",").filter((one) => one !== "rejected").join() };
  const wanted = asked(filters);
  const from = moment(wanted.from);
  const to = moment(wanted.to ?? Date.now());
  const says = h("div", { role: "status" });
  const more = h("div", {});
  const foot = h("div", { class: "foot" });
  const range = h("div", { class: "grid-form halves" }, field("From", "retry-from", from), field("To", "retry-to", to));
  const el = dialog("Retry all that match", h("p", {}, inWords(filters)), range, says, more, foot);
  let query = null;     // the same in every step
  let found = null;     // what was counted
  let operation = null; // names this retry in every step
  let cursor = null;    // where the next step goes on
  let turn = 0, timer = null, isRunning = false, retried = [], left = [];

  for (const one of [from, to]) one.addEventListener("input", () => { turn++; offer(); clearTimeout(timer); timer = setTimeout(count, 300); });
  el.addEventListener("cancel", (event) => { if (isRunning) { event.preventDefault(); stop(); } });
  el.addEventListener("close", () => { if (el.open) return; turn++; clearTimeout(timer); stop(); });
  addEventListener("beforeunload", warn);
  offer();
  count();

  async function count() {
    const mine = ++turn;
    fill(more);
    if (!from.value || !to.value) return fill(says, dim("Say from when to when. That is required, so that nothing older runs by mistake."));
    query = { ...wanted, from: new Date(from.value).toISOString(), to: new Date(Math.min(new Date(to.value), Date.now())).toISOString() };
    try {
      const answer = await retryMany(query);
      if (mine !== turn) return;
      found = answer;
      operation = crypto.randomUUID();
      const isTooMany = found.counted === "some";
      fill(says, isTooMany ? `More than ${calls(found.limit)} match, and one retry takes ${found.limit} at most. Narrow the time.` : `${calls(found.count)} would run again.`,
        found.without_body > 0 && ` ${found.without_body} cannot: ${found.without_body === 1 ? "its" : "their"} body was not kept.`);
      fill(more, dim("They go through their hooks as these are now, the oldest first."));
      if (!isTooMany && found.count > 0) offer(button(`Retry ${calls(found.count)}`, { kind: "primary", onclick: run }));
    } catch (error) {
      if (mine === turn && !isAbort(error)) fault(error);
    }
  }

  async function run() {
    isRunning = true;
    range.hidden = true;
    fill(more);
    fill(foot, button("Stop", { onclick: stop }));
    try {
      do {
        draw();
        const answer = await retryMany(query, { operation_id: operation, count: found.count, cursor });
        retried.push(...answer.retried);
        left.push(...answer.not_retried);
        cursor = answer.cursor;
      } while (cursor !== null && isRunning);
      isRunning = false;
      draw();
      if (cursor === null) return end();
      offer(button("Go on", { kind: "primary", onclick: run }));
    } catch (error) {
      isRunning = false;
      // It counts anew at the first step, before anything has run.
      if (error.status === 409) { range.hidden = false; fault(error, button("Look again", { kind: "primary", onclick: count })); }
      else if (error.status === 422) fault(error);
      else fault(error, button("Go on", { kind: "primary", onclick: run }), " “Go on” sends the same step again, and no call runs twice.");
    }
  }

  function draw() {
    fill(says, h("progress", { max: found.count + found.without_body, value: retried.length + left.length, "aria-label": "Progress" }), h("p", {}, `${retried.length} of ${found.count}${isRunning ? "" : cursor === null ? "" : ". Stopped."}`));
  }

  function end() {
    const failed = retried.filter((one) => one.outcome === "failed").map((one) => ({ id: one.request_id, reason: one.message }));
    const queued = retried.filter((one) => one.outcome === "queued").length;
    says.append(h("p", {}, `${calls(retried.length)} ran again: ${queued} queued, ${retried.length - queued - failed.length} ignored, ${failed.length} failed.`));
    fill(more, listed("Not retried", left), listed("Failed again", failed));
    offer();
    if (more.firstChild) dock(el);
  }

  function listed(title, items) {
    return items.length > 0 && [h("h3", {}, title), h("ul", { class: "sentences" }, items.map(({ id, reason }) => h("li", {}, h("a", { class: "link", href: address(["calls", id]) }, id), " ", code(reason))))];
  }

  function fault(error, next = null, words = null) {
    fill(more, h("p", { class: "fault", role: "alert" }, icon("stop"), h("span", {}, code(error.message), words)));
    offer(next);
  }

  function offer(next = null) {
    fill(foot, button(next || cursor !== null ? "Cancel" : "Close", { onclick: () => el.close() }), next);
  }

  function stop() {
    isRunning = false;
    if (!el.open) removeEventListener("beforeunload", warn);
  }

  function warn(event) {
    if (isRunning) event.preventDefault();
  }
}

// An instant to choose, in local time and to the second.
function moment(instant) {
  const time = instant && Math.ceil(new Date(instant) / 1000) * 1000;
  return h("input", { class: "field", type: "datetime-local", step: "1", value: time ? new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 19) : "" });
}

// Asks for what is new: often while somebody looks and things happen, seldom otherwise, not at all in a hidden tab.
const QUICK = 2000, USUAL = 5000, IDLE = 15000, BUSY_FOR = 60_000, IDLE_AFTER = 300_000;
const WORST = 60_000;

/** Calls `ask`, which gives how much was new. `status` is an element that says how that goes. */
export function poller(ask) {
  let timer = null, turn = 0, failures = 0, stopped = true, words = [], said = 0, last = Date.now(), busy = Date.now(), touched = Date.now();
  const status = h("div", { class: "live", role: "status" });
  const self = { status, paused: false, start, stop, flip, tell };
  const show = (state, ...text) => { status.className = `live ${state}`; fill(status, h("span", { class: "dot" }), text); };
  const touch = () => { touched = Date.now(); };

  function every() {
    const now = Date.now();
    return now - busy < BUSY_FOR ? QUICK : now - touched < IDLE_AFTER ? USUAL : IDLE;
  }

  async function round() {
    clearTimeout(timer);
    if (stopped || self.paused || document.hidden) return;
    const mine = ++turn;
    let delay;
    try {
      if (await ask() > 0) busy = Date.now();
      failures = 0;
      last = Date.now();
      delay = every();
      if (mine === turn && !self.paused) show("on", "Live");
    } catch (error) {
      if (isAbort(error)) { timer = mine === turn ? setTimeout(round, USUAL) : timer; return; }
      failures++;
      delay = Math.max((error.after ?? 0) * 1000, Math.min(WORST, USUAL * 2 ** (failures - 1)) * (0.75 + Math.random() / 2));
      if (mine === turn) show("lost", `No answer. Trying again in ${Math.round(delay / 1000)} s`, button("Try now", { kind: "quiet small", onclick: round }));
    }
    if (mine !== turn || stopped || self.paused) return;
    timer = setTimeout(round, delay);
    if (words.length && Date.now() - said > 10_000) { say(words.at(-1)); words = []; said = Date.now(); }
  }

  function seen() { if (!document.hidden) round(); }
  function tell(text) { words.push(text); }
  function start() {
    stopped = false;
    document.addEventListener("visibilitychange", seen);
    for (const kind of ["pointermove", "keydown"]) document.addEventListener(kind, touch, { passive: true });
    show("on", "Live");
    round();
  }
  function stop() {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
    for (const kind of ["pointermove", "keydown"]) document.removeEventListener(kind, touch);
  }
  function flip() {
    self.paused = !self.paused;
    if (self.paused) { clearTimeout(timer); show("paused", `Paused at ${new Date(last).toTimeString().slice(0, 8)}`); } else round();
  }
  return self;
}
