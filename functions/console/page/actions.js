// The actions of the project, and one of them: its steps, and what they print, as they print it.
import { fill, h } from "./dom.js";
import { address, ago, alert, button, chosen, clock, code, crumbs, day, dim, dimmer, empty, fact, part, pill, save, showFault, table, toast, took, waiting, when } from "./ui.js";
import { action, actions, ahead, cancelAction, isAbort, isOfPipeline, output, retryAction } from "./api.js";
import { visible } from "./bodies.js";
import { poller } from "./list.js";

const TABS = [["", "All"], ["in-progress", "Running"], ["waiting", "Waiting"], ["completed", "Completed"], ["failed", "Failed"]];
const RESOURCE = /^[a-z-]{1,40}\/\d{1,16}$/;

export function actionsPage(main, parts, params) {
  let filters = read(params);
  let request = new AbortController();
  let more = null;
  let shown = [];
  const bar = h("div", { class: "filters" });
  const live = poller(round);
  const body = h("div", {});
  const foot = h("div", { class: "rows-foot" });
  fill(main, h("div", { class: "page" }, h("div", { class: "head" }, h("h1", {}, "Actions"), live.status), bar, body, foot));
  drawBar();
  load().then(() => live.start());

  async function load() {
    request.abort();
    request = new AbortController();
    fill(foot);
    const ready = waiting(body);
    try {
      const found = await actions(asked(filters), { signal: request.signal });
      ready();
      [shown, more] = [found.items, found.more];
      draw(found.isBounded);
    } catch (error) {
      ready();
      if (!isAbort(error)) showFault(body, "The actions", error, load);
    }
  }

  async function round() {
    const found = await actions(asked(filters), { signal: request.signal });
    const first = new Set(found.items.map((one) => one.id));
    const next = [...found.items, ...shown.filter((one) => !first.has(one.id) && one.id < (found.items.at(-1)?.id ?? 0))];
    const isNew = next[0]?.id !== shown[0]?.id;
    if (JSON.stringify(next) !== JSON.stringify(shown)) { shown = next; draw(found.isBounded); }
    return isNew || shown.some((one) => !hasEnded(one)) ? 1 : 0;
  }

  async function older() {
    try {
      const found = await actions({}, { query: more, signal: request.signal });
      more = found.more;
      const known = new Set(shown.map((one) => one.id));
      shown.push(...found.items.filter((one) => !known.has(one.id)));
      draw(found.isBounded);
    } catch (error) {
      if (!isAbort(error)) showFault(foot, "The older actions", error, older);
    }
  }

  function draw(isBounded) {
    if (shown.length === 0) {
      fill(foot);
      return fill(body, Object.keys(filters).length ? empty("No action matches", "No action of the newest 1000 passes the filters.", h("a", { class: "btn", href: "#/actions" }, "Clear the filters"))
        : empty("No actions yet", "An action is one run of a pipeline. A call of a hook that has a pipeline starts one.", h("a", { class: "btn primary", href: "#/hooks/new" }, "New hook")));
    }
    const at = body.contains(document.activeElement) && document.activeElement.getAttribute("href");
    fill(body, table(["Status", "Action", "What", "Started by", "Made", "Took"], shown.map(row), "links"));
    if (at) body.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus({ preventScroll: true });
    fill(foot, more ? button("Show older actions", { kind: "quiet", onclick: older }) : h("p", { class: "dimmer" }, isBounded ? "That is the newest 1000 actions." : "That is all. Actions are kept for 30 days after their end."));
  }

  function row(it) {
    const from = it.triggered_from;
    return [pill(it.status), h("a", { class: "go num", href: `#/actions/${it.id}` }, `#${it.id}`), what(it), dim(visible(from.name ?? "unknown")),
      when(it.created_at, `${day(it.created_at)}, ${clock(it.created_at)}`), dim(it.started_at ? took(it.started_at, it.completed_at ?? Date.now()) : "–")];
  }

  function drawBar() {
    fill(bar, h("nav", { class: "seg", "aria-label": "Status" }, TABS.map(([value, text]) => h("a", { href: address(["actions"], { ...filters, status: value }), class: value ? `is-${value}` : "", "aria-current": (filters.status ?? "") === value && "true" }, text))),
      filters.resource && h("a", { class: "btn quiet", href: address(["actions"], { status: filters.status }), "aria-label": "Show all resources" }, `Only ${filters.resource.replace("/", " ")}  ✕`));
  }

  return {
    move(_, nextParams) { filters = read(nextParams); drawBar(); load(); },
    key(event) { if (event.key === "/") { event.preventDefault(); bar.querySelector("a").focus(); } },
    leave() { request.abort(); live.stop(); },
  };
}

const read = (params) => chosen(params, { status: (text) => TABS.some(([value]) => value === text), resource: (text) => RESOURCE.test(text) });

function asked({ status, resource }) {
  const [resource_type, resource_id] = resource?.split("/") ?? [];
  return { status, resource_type, resource_id };
}

const ENDED = ["completed", "failed", "skipped"];
const hasEnded = (it) => ENDED.includes(it.status);
const what = (it) => `${it.type_human_readable} ${it.resource.type.replaceAll("-", " ")} ${it.resource.id}`;

/** The part of a call that says what became of it. It looks again while the action runs and is in the page. */
export function actionPart(id) {
  const head = h("div", { class: "act-head" });
  const box = h("div", { class: "act" }, head);
  watch(id, box, (it, steps) => {
    fill(head, h("a", { class: "link num", href: `#/actions/${it.id}` }, `Action ${it.id}`), pill(it.status), dimmer(state(it)));
    if (!steps.isConnected) box.append(steps);
  }, (error) => fill(head, dim(error.status === 404 ? "The action is not there yet, or older than 30 days." : error.message)));
  return box;
}

export function actionPage(main, [, id]) {
  const box = h("div", {});
  const head = h("div", { class: "head" }, h("h1", {}, `Action ${id}`));
  fill(main, h("div", { class: "page narrow" }, crumbs([["Actions", "actions"]], id), head, box));
  const ready = waiting(box);
  const facts = h("dl", { class: "facts" });
  const note = h("div", {});
  const stop = watch(id, box, (it, steps) => {
    ready();
    if (!facts.isConnected) fill(box, note, facts, part("Steps", h("div", { class: "act" }, steps)));
    fill(head, h("h1", {}, what(it)), pill(it.status, { loud: true }), h("span", { class: "grow" }), acts(it));
    document.title = `${what(it)} · Pipehook`;
    drawFacts(it);
  }, (error) => { ready(); showFault(box, "The action", error, null, "It may be of another project, or have ended more than 30 days ago."); });

  function acts(it) {
    if (hasEnded(it)) return button("Retry", { kind: "primary", glyph: "retry", onclick: (event) => act(event, async () => { const made = await retryAction(it.id); toast("The action runs again."); location.hash = `#/actions/${made.id}`; }) });
    return it.cancelled ? dim("Its worker was told to stop.") : button("Cancel", { onclick: (event) => act(event, async () => { await cancelAction(it.id); toast("Cancelled."); }) });
  }

  async function act(event, does) {
    event.target.disabled = true;
    try { await does(); fill(note); } catch (error) { fill(note, alert(error.message)); }
    event.target.disabled = false;
  }

  function drawFacts(it) {
    const from = it.triggered_from;
    fill(facts, fact("State", state(it)), fact("Made", when(it.created_at), dimmer(` ${ago(it.created_at)}`)),
      fact("By", from.hook_request_id ? h("a", { class: "link cut", href: address(["calls", from.hook_request_id]) }, "the call of ", visible(from.name ?? "a hook")) : visible(from.name ?? "unknown")),
      fact("Pipeline", it.pipeline_id ?? "none"), fact("Worker", it.worker ? visible(it.worker) : "none yet"), fact("Attempt", it.attempt),
      it.retry_of ? fact("Retry of", h("a", { class: "link num", href: `#/actions/${it.retry_of}` }, it.retry_of)) : null,
      it.url ? fact("More", h("a", { class: "link cut", href: it.url, rel: "noopener" }, it.url)) : null);
  }

  return { leave: stop };
}

function state(it) {
  if (it.status === "in-progress") return `In progress for ${took(it.started_at ?? it.created_at, Date.now())}`;
  if (it.status === "waiting") return it.ahead?.length ? [isOfPipeline(it) ? "Its pipeline runs as many actions at once as it may: " : "Another action of this resource runs first: ", it.ahead.map(({ id }, n) => [n ? ", " : null, h("a", { class: "link num", href: `#/actions/${id}` }, `#${id}`)])] : "Another action runs first. This one waits for its turn.";
  if (it.status === "queued" || it.status === "pending") return "No worker has taken it yet.";
  return code(`${it.status_reason_human_readable}${it.started_at ? `, took ${took(it.started_at, it.completed_at)}` : ""}`);
}

const AHEAD = 15_000;

// Asks every 2 seconds while the action runs and `place` is in a page that is seen. Gives what ends it.
function watch(id, place, show, fail) {
  const request = new AbortController();
  const steps = h("div", {});
  const view = stepView(steps);
  let timer = null;
  let seen = false;
  let [first, asked] = [null, 0];
  const round = async () => {
    if (request.signal.aborted || (seen && !place.isConnected)) return;
    let wait = 2000;
    if (!document.hidden) {
      try {
        const it = await action(id, request.signal);
        // That list is long: it is asked for less often.
        if (it.status === "waiting" && Date.now() - asked > AHEAD) { asked = Date.now(); first = await ahead(it, request.signal).catch(() => null); }
        it.ahead = first;
        if (request.signal.aborted) return;
        view(it);
        show(it, steps);
        if (hasEnded(it)) return;
      } catch (error) {
        if (isAbort(error)) return;
        if (!seen) fail(error);
        if (error.status === 404 && seen) return;
        wait = Math.max(5, error.after ?? 0) * 1000;
      }
      seen = true;
    }
    timer = setTimeout(round, wait);
  };
  setTimeout(round);
  return () => { request.abort(); clearTimeout(timer); };
}

// The steps of an action, and below them the output of one: the one that was chosen, else the last that has begun.
function stepView(place) {
  const list = h("ol", { class: "act-steps" });
  const log = follow();
  let chosen = null;
  let last = null;
  const draw = (it) => {
    last = it;
    const target = it.targets[0];
    const steps = target?.steps ?? [];
    const order = chosen ?? steps.findLast((one) => one.started_at)?.order ?? null;
    fill(list, steps.map((one) => h("li", {}, h("button", { type: "button", class: "btn quiet small", "aria-pressed": String(one.order === order), onclick: () => { chosen = one.order; draw(last); } }, pill(one.status, { brief: true }), visible(one.name ?? `Step ${one.order}`), one.started_at && h("span", { class: "dimmer num" }, took(one.started_at, one.completed_at ?? Date.now()))))));
    if (order !== null) log.show(() => output(it.id, target.id, order), { isLive: !hasEnded(it), key: `${it.id}/${order}`, name: `action-${it.id}-step-${order}.txt`, save });
    fill(place, steps.length ? [list, log.el] : h("p", { class: "act-none dim" }, hasEnded(it) ? "No step ran." : "Its steps show here when a worker has taken it."));
  };
  return draw;
}

const LINES = 5000;
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

// What a step prints, as it prints it. It follows the end unless somebody has scrolled up. `show` asks for the output of a
// step and draws it.
function follow() {
  const log = h("pre", { class: "log", tabindex: "0", role: "log", "aria-label": "Output", "aria-live": "off" });
  const bar = h("div", { class: "log-bar" });
  const el = h("div", {}, log, bar);
  let of = null;
  let text = null;
  let isWhole = false;

  function draw(cut, { name, save }) {
    const low = log.scrollHeight - log.scrollTop - log.clientHeight < 24;
    const lines = text.replace(ANSI, "").split("\n");
    const left = isWhole ? 0 : Math.max(0, lines.length - LINES);
    fill(log, visible(lines.slice(left).join("\n"), true));
    fill(bar, cut && dim("The beginning of this output was not kept."), left > 0 && button("Show from the start", { kind: "quiet small", onclick: () => { isWhole = true; draw(cut, { name, save }); log.scrollTop = 0; } }), h("span", { class: "grow" }), button("Download", { kind: "quiet small", onclick: () => save(name, text) }));
    if (low) log.scrollTop = log.scrollHeight;
  }

  async function show(ask, { isLive, key, ...file }) {
    if (of !== key) { of = key; text = null; isWhole = false; fill(log, dimmer("…")); fill(bar); } else if (!isLive && text !== null) return;
    let found;
    try { found = (await ask()).step; } catch (error) { found = { output: null, fault: error.status === 404 ? null : error.message }; }
    if (of !== key || (found.output ?? null) === text && text !== null) return;
    text = found.output ?? null;
    if (text === null) { fill(log, dimmer(found.fault ?? (isLive ? "Nothing was printed yet." : "Nothing was printed."))); fill(bar); } else draw(found.output_truncated, file);
  }

  return { el, show };
}
