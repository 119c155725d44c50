// The calls as they come: a list that does not jump, and beside it one call.
import { fill, h, icon } from "./dom.js";
import { address, button, clock, day, empty, say, showFault } from "./ui.js";
import { actions, calls, isAbort, learn, nameOf, PAGE, providers } from "./api.js";
import { asked, controls, groupsOfRows, poller, read, retryDialog } from "./list.js";
import { callPane } from "./call.js";

const COLUMNS = ["Outcome", "Hook", "Event", "What happened", "Action", "From", "Time"];
const ENDED = ["completed", "failed", "skipped"];
const BACK = 15_000; // An id says when its call began, and the log is written at its end: so much is asked for again.

export function callsPage(main, parts, params) {
  let filters = read(params);
  let request = new AbortController();
  let newest = null;  // the time of the newest call that is known; null until that was read, 0 if it could not be read
  let more = null;    // the query of the next page
  let loading = false;
  let open = parts[1] ?? null;
  let current = null; // the row that has the keyboard
  let held = [];      // calls that came while the reader was busy further down
  let ids = new Set();
  const events = new Set();
  const states = new Map();
  const rows = groupsOfRows({ filters: () => filters, states, painted: mark });

  const live = poller(follow);
  const pauseButton = button("Pause", { kind: "quiet small", onclick: flip });
  const again = button("Retry all that match", { kind: "again", glyph: "retry", onclick: () => retryDialog(filters) });
  const bar = h("div", { class: "filters" });
  const fresh = h("button", { type: "button", class: "fresh", hidden: true, onclick: release });
  const body = h("div", { class: "rows" });
  const foot = h("div", { class: "rows-foot" });
  const table = h("div", { class: "table", role: "table", "aria-rowcount": "-1", "aria-label": "Calls, the newest first" },
    h("div", { role: "rowgroup", class: "thead" }, h("div", { role: "row", class: "row" }, COLUMNS.map((name, n) => h("span", { role: "columnheader", class: `c${n}` }, name)))), body);
  const list = h("section", { class: "list", "aria-label": "Calls" }, fresh, table, foot);
  const pane = h("section", { class: "pane", hidden: true, "aria-label": "One call" });
  const split = h("div", { class: "split" }, list, pane);
  fill(main, h("div", { class: "page calls" },
    h("div", { class: "head" }, h("h1", {}, "Calls"), live.status, pauseButton, h("span", { class: "grow" }), again, h("a", { class: "btn primary", href: "#/hooks/new" }, icon("plus"), "New hook")),
    bar, split));

  const end = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) older(); }, { rootMargin: "1200px", scrollMargin: "1200px" });
  end.observe(foot);
  drawFilters();
  load().then(() => live.start());
  providers().then(() => rows.repaint(body), () => {}); // Rows have the names of providers until their titles come.
  if (open) openCall(open);

  async function load() {
    request.abort();
    request = new AbortController();
    const { signal } = request;
    newest = more = null;
    held = [];
    ids = new Set();
    fresh.hidden = true;
    const bones = setTimeout(() => fill(body, h("div", { "aria-hidden": "true" }, Array.from({ length: 8 }, () => h("div", { class: "row bone" }, h("i"), h("i"), h("i"), h("i"))))), 200);
    try {
      const found = await calls(asked(filters), { signal });
      clearTimeout(bones);
      newest = found.items.length ? Date.parse(found.items[0].created_at) : found.at;
      more = found.more;
      found.items.forEach(note);
      fill(body, rows.groups(found.items));
      footer();
      mark();
      goOn(found.items);
      learnAll(found.items);
    } catch (error) {
      clearTimeout(bones);
      if (isAbort(error)) return null;
      newest = 0;
      fill(body);
      showFault(foot, "The calls", error, load);
      return error;
    }
  }

  async function older() {
    if (!more || loading) return;
    loading = true;
    const { signal } = request;
    try {
      const found = await calls({}, { query: more, signal });
      more = found.more;
      const items = found.items.filter((one) => !ids.has(one.id));
      items.forEach(note);
      body.append(...rows.groups(items, true));
      footer();
      learnAll(items);
      loading = false;
      goOn(items);
    } catch (error) {
      loading = false;
      if (!isAbort(error)) showFault(foot, "The older calls", error, () => { footer(); older(); });
    }
  }

  // A page may be short, so that its end is still in view: then the next one is asked for. Behind an empty one, people
  // decide whether to search on.
  function goOn(items) {
    end.unobserve(foot);
    if (items.length) end.observe(foot);
  }

  async function follow() {
    if (newest === null) return 0;
    if (newest === 0) {
      const error = await load();
      if (error) throw error;
      return 0;
    }
    const { signal } = request;
    const { items: found } = await calls(asked(filters), { after: firstIdOf(newest - BACK), signal });
    if (signal.aborted) return 0;
    const items = found.filter((one) => !ids.has(one.id));
    items.forEach(note);
    await joinActions();
    if (items.length === 0) return 0;
    newest = Math.max(newest, Date.parse(items[0].created_at));
    held.unshift(...items);
    await learn(items.map((one) => one.hook_id));
    drawFilters();
    // Who reads further down, or stands on a row, is not moved: the calls wait behind a button.
    if (scrollY < 80 && list.scrollTop < 40 && !table.contains(document.activeElement) && held.length <= 20) release();
    else {
      fresh.hidden = false;
      fill(fresh, icon("up"), `${held.length >= PAGE ? `${PAGE} or more` : held.length} new ${held.length === 1 ? "call" : "calls"}`);
    }
    const bad = items.filter((one) => ["failed", "rejected"].includes(one.outcome)).length;
    live.tell(`${items.length} new ${items.length === 1 ? "call" : "calls"}${bad ? `, ${bad} not accepted` : ""}.`);
    return items.length;
  }

  function release() {
    if (held.length === 0) return;
    const top = body.querySelector(".chunk");
    if (top) rows.prepend(top, held); else fill(body, rows.groups(held));
    held = [];
    fresh.hidden = true;
    list.scrollTop = 0;
    scrollTo(0, 0);
    footer();
    mark();
  }

  function note(one) {
    ids.add(one.id);
    if (one.event) events.add(one.event);
  }

  async function learnAll(items) {
    if (await learn(items.map((one) => one.hook_id))) rows.repaint(body);
    drawFilters();
    joinActions();
  }

  // The states of actions come from one list, and only while one in view has not ended.
  async function joinActions() {
    const shown = [...body.querySelectorAll("[data-action]")].map((el) => Number(el.dataset.action));
    if (!shown.some((id) => !ENDED.includes(states.get(id)) && states.get(id) !== "gone")) return;
    try {
      const { items } = await actions({}, { signal: request.signal });
      const before = JSON.stringify([...states]);
      for (const one of items) states.set(one.id, one.status);
      if (JSON.stringify([...states]) !== before) rows.repaint(body);
    } catch { /* The calls are what this page is for. */ }
  }

  function footer() {
    if (more) fill(foot, h("p", { class: "dimmer" }, `Reached the bound of this search at ${reached()}.`), button("Search further back", { kind: "quiet", onclick: older }));
    else fill(foot, !body.querySelector(".chunk") ? nothing() : h("p", { class: "dimmer" }, "That is all. Calls are kept for 30 days, rejected ones for a day.", filters.outcome || filters.status ? null : [" Only the newest 10 rejected calls are shown among the others. ", h("a", { class: "link", href: go({ outcome: "rejected" }) }, "All rejected calls")]));
  }

  // The next page begins behind an id, which begins with a time (UUIDv7).
  function reached() {
    const time = parseInt(new URLSearchParams(more).get("before").replace("-", "").slice(0, 12), 16);
    return `${day(time)}, ${clock(time)}`;
  }

  function nothing() {
    return Object.keys(filters).length
      ? empty("No call matches", "Nothing came in this time that fits the filters.", h("a", { class: "btn", href: "#/calls" }, "Clear the filters"))
      : empty("No calls yet", "Make a hook, paste its address at your provider, and send a test event. It shows up here within seconds.", h("a", { class: "btn primary", href: "#/hooks/new" }, "New hook"));
  }

  function go(change) { return address(open ? ["calls", open] : ["calls"], { ...filters, ...change }); }

  function drawFilters() {
    if (bar.contains(document.activeElement)) return;
    if (filters.hook && nameOf(filters.hook) === undefined) learn([filters.hook]).then(drawFilters);
    again.hidden = filters.outcome === "rejected"; // Those are never retried.
    fill(bar, controls(filters, go, events));
  }

  function openCall(id) {
    open = id;
    pane.hidden = false;
    split.classList.add("both");
    document.body.classList.add("one");
    callPane(pane, id, { close: address(["calls"], filters), next: (by) => step(by, true), filters: () => filters });
    mark();
  }

  function shut() {
    open = null;
    pane.hidden = true;
    fill(pane);
    split.classList.remove("both");
    document.body.classList.remove("one");
    mark();
    current?.querySelector("a")?.focus({ preventScroll: true });
  }

  function mark() {
    for (const old of body.querySelectorAll(".row[aria-current]")) old.removeAttribute("aria-current");
    const now = open && body.querySelector(`.row[data-id="${CSS.escape(open)}"]`);
    if (now) { now.setAttribute("aria-current", "true"); current = now; }
    if (current && !current.isConnected) current = body.querySelector(`.row[data-id="${CSS.escape(current.dataset.id)}"]`);
    const stop = current ?? body.querySelector(".row[data-id]");
    for (const old of body.querySelectorAll("a.go[tabindex='0']")) old.tabIndex = -1;
    if (stop) stop.querySelector("a").tabIndex = 0;
  }

  function step(by, follows = open !== null) {
    const all = [...body.querySelectorAll(".row[data-id]")];
    const at = all.indexOf(current?.isConnected ? current : null);
    const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
    if (!next) return;
    current = next;
    const link = next.querySelector("a");
    if (follows) location.replace(link.hash); else { mark(); link.focus({ preventScroll: true }); }
    next.scrollIntoView({ block: "nearest" });
  }

  function flip() {
    live.flip();
    pauseButton.textContent = live.paused ? "Go on" : "Pause";
    say(live.paused ? "Paused." : "Live again.");
  }

  const press = (key) => pane.querySelector(`[data-key=${key}]`)?.click();
  const does = { j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1), n: release, p: flip, "/": () => bar.querySelector("select")?.focus(), Escape: () => { if (open) location.hash = address(["calls"], filters); }, r: () => press("r"), c: () => press("c"), e: () => press("e"), y: () => pane.querySelector(".j-line:is(:hover, :focus-within) > .j-copy")?.click() };
  return {
    move(nextParts, nextParams) {
      const wanted = read(nextParams);
      const id = nextParts[1] ?? null;
      if (JSON.stringify(wanted) !== JSON.stringify(filters)) { filters = wanted; open = id; bar.contains(document.activeElement) && document.activeElement.blur(); drawFilters(); load(); }
      if (id) openCall(id); else if (!pane.hidden) shut();
    },
    key(event) {
      if (!Object.hasOwn(does, event.key) || (event.key.startsWith("Arrow") && !table.contains(event.target))) return;
      event.preventDefault();
      does[event.key]();
    },
    leave() { request.abort(); live.stop(); rows.stop(); end.disconnect(); document.body.classList.remove("one"); },
  };
}

// The smallest id of a call that begins at a time (UUIDv7).
function firstIdOf(time) {
  const hex = Math.max(0, Math.floor(time)).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
