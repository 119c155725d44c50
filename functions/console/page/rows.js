// The rows of the calls, in groups of 25. Groups far from the window leave the page and keep their height, so that a list
// of 10,000 has some hundred rows in the page.
import { fill, h } from "./dom.js";
import { code, dimmer, pill, when } from "./ui.js";
import { clock, day } from "./time.js";
import { address } from "./route.js";
import { nameOf } from "./api.js";
import { visible } from "./json.js";

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
      cell(0, h("a", { class: "go", href: address(["calls", one.id], filters()), tabindex: "-1" }, pill(one.outcome), " ", h("span", { class: "num code-n" }, one.response_status_code), h("span", { class: "sr" }, ", ", name, `, ${clock(one.created_at)}`))),
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
  return [h("span", {}, `${act[0].toUpperCase()}${act.slice(1)} ${hook.resource_type.replaceAll("-", " ")} ${hook.resource_id}`), dimmer(` · ${hook.provider ?? "own header"}`)];
}
