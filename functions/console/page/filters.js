// The filters of the calls: what an address may say, and the controls that change it.
import { h } from "./dom.js";
import { button, copy, word } from "./ui.js";
import { address } from "./route.js";
import { hooksMet, nameOf } from "./api.js";
import { visible } from "./json.js";

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

export function read(params) {
  return Object.fromEntries(Object.keys(READ).map((name) => [name, params.get(name)]).filter(([name, value]) => value && READ[name](value)));
}

/** The filters as the API names them. A time that moves along becomes an instant. */
export function asked(filters, now = Date.now()) {
  const from = filters.last ? new Date(now - HOURS[filters.last] * 3600_000).toISOString() : filters.from;
  return Object.fromEntries(Object.entries({ outcome: filters.outcome, hook_id: filters.hook, event: filters.event, status: filters.status, from, to: filters.to }).filter(([, value]) => value));
}

/** Draws the controls. `go` gives the address of a change of the filters. */
export function controls(filters, go, events) {
  const choose = (name, label, options, value = filters[name] ?? "") => h("select", { class: "field", "aria-label": label, onchange: (event) => { location.hash = go({ [name]: event.target.value, ...(name === "last" && { from: "", to: "" }) }); } },
    (options.some(([one]) => one === value) ? options : [...options, [value, value]]).map(([one, text]) => h("option", { value: one, selected: one === value }, text)));
  const names = hooksMet().map((one) => [one.id, one.name]);
  const time = [["", "Last 30 days"], ["1h", "Last hour"], ["24h", "Last 24 hours"], ["7d", "Last 7 days"]];
  const range = filters.from || filters.to ? "range" : filters.last ?? "";
  return [
    h("nav", { class: "seg", "aria-label": "Outcome" }, [["", "All"], ...OUTCOMES.map((one) => [one, word(one)])].map(([value, text]) => h("a", { href: go({ outcome: value }), class: value ? `is-${value}` : "", "aria-current": (filters.outcome ?? "") === value && "true" }, text))),
    choose("hook", "Hook", [["", "Every hook"], ...names]),
    choose("event", "Event", [["", "Every event"], ...[...events].sort().map((one) => [one, one])]),
    choose("status", "Answer", STATUSES),
    choose("last", "Time", range === "range" ? [...time, ["range", "A range of time"]] : time, range),
    h("span", { class: "grow" }), button("Copy link to this view", { kind: "quiet wide-only", glyph: "link", onclick: () => share(filters) }),
  ];
}

/** The filters in words, without their time. */
export function inWords({ outcome, hook, event, status }) {
  const words = outcome ? `${outcome.split(",").map((one, n) => n ? one : word(one)).join(" or ")} calls` : "Calls that were not rejected";
  return [words, hook && [" of ", h("strong", {}, visible(nameOf(hook)?.name ?? hook))], event && [", event ", h("code", {}, visible(event))], status && `, answered ${status.replaceAll(",", " or ")}`];
}

// The reader of a link sees what its sender saw: a time that moves along becomes a range.
function share(filters) {
  const { last, ...rest } = filters;
  const link = last ? { ...rest, from: asked(filters).from, to: new Date().toISOString() } : rest;
  copy(`${location.origin}${location.pathname}${address(["calls"], link)}`, "Link copied. It needs a login to open.");
}
