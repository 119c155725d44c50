// What several pages use: addresses, instants in words, and small parts.
import { fill, h, icon } from "./dom.js";
import { visible } from "./bodies.js";

// Addresses. Everything stands behind the `#`, so no id and no filter ever reaches a server's log or a Referer.
/** `#/calls/01a2…?outcome=failed` as its parts and its parameters. */
export function here() {
  const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { parts: path.split("/").filter(Boolean).map(decode), params: new URLSearchParams(search) };
}

export function address(parts, params = {}) {
  const search = new URLSearchParams(Object.entries(params).filter(([, value]) => value)).toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${search ? `?${search}` : ""}`;
}

/** Of the parameters, those that pass their tests. All else in an address is dropped. */
export const chosen = (params, tests) => Object.fromEntries([...params].filter(([name, value]) => value && Object.hasOwn(tests, name) && tests[name](value)));

function decode(part) {
  try { return decodeURIComponent(part); } catch { return part; }
}

// Instants for people: local, to the second, and how long ago.
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const FULL = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export const clock = (instant) => CLOCK.format(new Date(instant));
export const full = (instant) => FULL.format(new Date(instant));

const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);

export function day(instant, now = Date.now()) {
  const days = Math.round((midnight(now) - midnight(instant)) / 864e5);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : DAY.format(new Date(instant));
}

export function ago(instant, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - new Date(instant)) / 1000));
  if (seconds < 2) return "just now";
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  }
  return `${seconds} s ago`;
}

export const size = (bytes) => bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

const ZONE = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
/** An instant in full, with the zone. */
const zone = (instant) => ZONE.format(new Date(instant));

/** How long something took or takes. */
export function took(from, to) {
  const seconds = Math.max(0, Math.round((new Date(to) - new Date(from)) / 1000));
  return seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
}

/** How long until an instant: in 21 h. */
export function until(instant, now = Date.now()) {
  const seconds = Math.max(0, Math.round((new Date(instant) - now) / 1000));
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) if (seconds >= size) return `in ${Math.floor(seconds / size)} ${unit}`;
  return `in ${seconds} s`;
}

const SHAPES = {
  queued: "check", ignored: "ring", rejected: "shield", failed: "stop",
  pending: "clock", waiting: "pause", "in-progress": "busy", completed: "check", skipped: "skip",
};
const WORDS = { "in-progress": "In progress" };
export const word = (state) => WORDS[state] ?? state[0].toUpperCase() + state.slice(1);

/** An outcome or a status. The shape tells them apart without colour, the word without a picture. */
export function pill(state, { loud = false, code = null, brief = false } = {}) {
  return h("span", { class: `pill is-${state}${loud ? " loud" : ""}` },
    icon(SHAPES[state], state === "in-progress" ? "spin" : ""),
    brief ? h("span", { class: "sr" }, word(state)) : word(state),
    code === null ? null : h("span", { class: "num code-n" }, code));
}

export function button(label, { onclick, kind = "", glyph = null, title = null, hint = null } = {}) {
  const only = kind.includes("icon");
  return h("button", { type: "button", class: `btn ${kind}`, onclick, title: title ?? (only ? label : null), "aria-label": only ? label : null, "aria-keyshortcuts": hint },
    glyph && icon(glyph), only ? null : label);
}

export function copyButton(label, text, kind = "small") {
  return button(label, { kind, glyph: "copy", onclick: async (event) => {
    event.stopPropagation();
    await copy(typeof text === "function" ? text() : text);
  } });
}

export async function copy(text, said = "Copied") {
  try {
    await navigator.clipboard.writeText(text);
    toast(said);
  } catch {
    toast("The browser did not allow copying. Select the text instead.");
  }
}

export function toast(text) {
  const el = h("div", { class: "toast" }, icon("check"), text);
  document.getElementById("toasts").append(el);
  setTimeout(() => el.remove(), 3200);
}

/** Saves a text, or bytes, as a file. */
export function save(name, content) {
  const url = URL.createObjectURL(new Blob([content]));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Says something to screen readers without showing it. */
export function say(text) {
  document.getElementById("polite").textContent = text;
}

/** Buttons, one of them pressed. `onpick` gets the value. */
export function toggle(label, options, value, onpick) {
  const group = h("div", { class: "seg small", role: "group", "aria-label": label });
  const draw = (now) => fill(group, options.map(([key, text]) => h("button", {
    type: "button", "aria-pressed": String(key === now), onclick: () => { draw(key); group.querySelector("[aria-pressed=true]").focus(); onpick(key); },
  }, text)));
  draw(value);
  return group;
}

/** A dialog of the browser's own: it traps the focus, closes on Escape, and gives the focus back. */
export function dialog(title, ...content) {
  const id = `d${Date.now()}`;
  const el = h("dialog", { "aria-labelledby": id, onclose: () => { if (!el.open) el.remove(); } }, h("form", { method: "dialog", class: "dlg" }, h("h2", { id }, title), content));
  document.body.append(el);
  el.showModal();
  return el;
}

/** Lets people use the page behind a dialog, which stays. */
export function dock(el) {
  el.close();
  el.classList.add("docked");
  el.show();
}

/**
 * What could not be read, why, and what to do. It replaces nothing that is shown elsewhere. `gone` is for what may not
 * exist (any more): why not.
 */
export function showFault(place, what, error, again = null, gone = null) {
  const isGone = gone && [404, 422].includes(error.status);
  fill(place, h("div", { class: "empty", role: "alert" }, h("h2", {}, `${what} ${isGone ? "does not exist" : "could not be read"}`), h("p", {}, isGone ? gone : code(error.message)),
    again && !isGone && button("Try again", { onclick: again }),
    error.requestId && h("p", { class: "meta" }, h("code", {}, error.requestId), copyButton("Copy the request id", error.requestId, "quiet small icon"))));
}

/** Bones of the final height, but only if it takes longer than 200 ms. Gives what ends the wait. */
export function waiting(place, ...bones) {
  const timer = setTimeout(() => fill(place, h("div", { class: "pane-in", "aria-busy": "true" }, bones.length ? bones : [h("div", { class: "bone-block" }), h("div", { class: "bone-block tall" })])), 200);
  return () => clearTimeout(timer);
}

/** Gives the focus to the title of what has just been drawn, if what had it is gone. */
export function refocus(place) {
  if (document.activeElement === document.body) place.querySelector("h1")?.focus({ preventScroll: true });
}

/**
 * A dialog with a form. While `act` runs, the button is off. What `act` throws is shown; else the dialog closes, and what
 * `act` gave is called.
 */
export function ask(title, verb, content, act, kind = "primary") {
  const fault = h("p", { class: "fault", role: "alert" });
  const go = h("button", { class: `btn ${kind}` }, verb);
  const el = dialog(title, content, fault, h("div", { class: "foot" }, button("Cancel", { onclick: () => el.close() }), go));
  el.firstChild.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    go.disabled = true;
    try {
      const then = await act();
      el.close();
      then?.();
    } catch (error) {
      fill(fault, icon("stop"), Object.values(error.errors ?? {}).flat()[0] ?? error.message);
      go.disabled = false;
    }
  });
  return { el, go };
}

/** A question before something that cannot be undone: the button is off until the name is typed exactly. */
export function danger(title, text, name, verb, act) {
  const input = h("input", { class: "field", autocomplete: "off", spellcheck: "false", oninput: () => { go.disabled = input.value !== name; } });
  const { el, go } = ask(title, verb, [h("p", { class: "dim" }, text), field(["Type ", h("code", {}, name), " to go on"], "danger-name", input)], act, "danger");
  go.disabled = true;
  el.querySelector(".foot .btn").focus();
}

/** A control with its label. `about` says more about it. A fault of what the API calls `of` is shown under it. */
export function field(name, id, control, { about = null, of = null, kind = null } = {}) {
  control.id = id;
  return h("div", { class: kind, "data-field": of }, h("label", { class: "label", for: id }, name), control, about && h("p", { class: "hint" }, about));
}

/** A select. An option is its value with its words, or a value that is its words. `pick` gets what was chosen. */
export function choice(options, value, pick = null, name = null) {
  return h("select", { class: "field", "aria-label": name, onchange: pick && ((event) => pick(event.target.value)) }, options.map((one) => {
    const [key, text] = Array.isArray(one) ? one : [one, one.replaceAll(/[_-]/g, " ")];
    return h("option", { value: String(key), selected: key === value }, text);
  }));
}

/** A field for code, or for what else no browser should correct. */
export const codeField = (value, props) => h("input", { class: "field code", value: value ?? "", autocomplete: "off", spellcheck: "false", ...props });

export const addButton = (text, onclick) => button(text, { kind: "quiet small", glyph: "plus", onclick });

/** What went wrong with what somebody has just done, below it. */
export const alert = (...content) => h("p", { class: "fault", role: "alert" }, icon("stop"), content);

export const dim = (...content) => h("span", { class: "dim" }, content);
export const dimmer = (...content) => h("span", { class: "dimmer" }, content);

/** One of a list of facts. */
export const fact = (name, ...value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));

/** An instant, in other words too; in full and with the zone where a pointer rests on it. */
export const when = (instant, text = full(instant)) => h("time", { class: "num", datetime: instant, title: zone(instant) }, text);

export const part = (title, ...content) => h("section", { class: "part" }, h("h2", {}, title), content);

/** The way to a page: `[words, where]` of each one above, and its own words. */
export function crumbs(above, here) {
  return h("nav", { class: "crumbs", "aria-label": "Where you are" }, above.map(([text, ...parts]) => [h("a", { href: address(parts) }, text), icon("right", "", 12)]), h("span", { "aria-current": "page" }, here));
}

/** A table: the names of its columns, and rows of cells. The column without a name has buttons. */
export function table(names, rows, kind = "") {
  return h("div", { class: "scroll" }, h("table", { class: `plain ${kind}` },
    h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name || h("span", { class: "sr" }, "What to do"))))),
    h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell, n) => h("td", { class: names[n] ? "" : "end" }, cell)))))));
}

export function empty(title, text, action) {
  return h("div", { class: "empty" }, h("h2", {}, title), h("p", {}, text), action);
}

/** Text with `names` in backticks, as the API writes its messages. */
export function code(text) {
  return text.split("`").map((part, n) => n % 2 ? h("code", {}, visible(part)) : visible(part));
}

/** A panel with values to copy. `isCopied` says whether one was, so that leaving before can ask. */
export function once(label, values, note) {
  let isCopied = false;
  const warn = (event) => { if (!isCopied && el.isConnected) event.preventDefault(); };
  addEventListener("beforeunload", warn);
  const copied = async (text) => { isCopied = true; await copy(text); };
  const el = h("section", { class: "once", "aria-label": label },
    values.map(([name, value]) => h("div", { class: "once-row" }, h("span", { class: "label" }, name), h("code", { class: "once-value", tabindex: "0" }, value), button(`Copy ${name.toLowerCase()}`, { kind: "small icon", glyph: "copy", onclick: () => copied(value) }))),
    h("p", { class: "hint" }, note));
  el.addEventListener("copy", () => { isCopied = true; });
  return {
    el,
    copyAll: () => copied(values.map(([, value]) => value).join("\n")),
    isSafe: () => isCopied || confirmed(),
    gone: () => removeEventListener("beforeunload", warn),
  };
  function confirmed() { isCopied = true; return false; }
}

/** Shows secrets in a dialog, which asks once before it goes without a copy. */
export function onceDialog(title, values, note, done) {
  const panel = once(title, values, note);
  const el = dialog(title, panel.el, h("div", { class: "foot" }, button("Copy", { glyph: "copy", onclick: panel.copyAll }), button("I have stored it", { kind: "primary", onclick: () => el.close() })));
  el.addEventListener("cancel", (event) => { if (!panel.isSafe()) event.preventDefault(); });
  el.addEventListener("close", () => { panel.gone(); done(); });
}

/** What stands beside secrets that are shown. */
export const onlyTime = (what, then) => [h("strong", {}, `This is the only time the ${what} is shown.`), ` If it gets lost, ${then}.`];
