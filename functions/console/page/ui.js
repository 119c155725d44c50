// Small parts that several pages use.
import { fill, h, icon } from "./dom.js";
import { visible } from "./json.js";

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

/** Saves a text as a file. */
export function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
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
  const el = h("dialog", { "aria-labelledby": id, onclose: () => el.remove() }, h("form", { method: "dialog", class: "dlg" }, h("h2", { id }, title), content));
  document.body.append(el);
  el.showModal();
  return el;
}

/** What could not be shown, why, and what to do. It replaces nothing that is shown elsewhere. */
export function showFault(place, title, error, again = null) {
  fill(place, h("div", { class: "empty", role: "alert" }, h("h2", {}, title), h("p", {}, code(error.message)),
    again && button("Try again", { onclick: again }),
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

/** A question before something that cannot be undone: the button is off until the name is typed exactly. */
export function danger(title, text, name, verb, act) {
  const input = h("input", { class: "field", id: "danger-name", autocomplete: "off", spellcheck: "false", oninput: () => { go.disabled = input.value !== name; } });
  const fault = h("p", { class: "fault", role: "alert" });
  const go = h("button", { type: "button", class: "btn danger", disabled: true, onclick: async () => {
    go.disabled = true;
    try { await act(); el.close(); } catch (error) { fill(fault, error.message); go.disabled = false; }
  } }, verb);
  const cancel = button("Cancel", { onclick: () => el.close() });
  const el = dialog(title, h("p", { class: "dim" }, text), h("div", {}, h("label", { class: "label", for: "danger-name" }, "Type ", h("code", {}, name), " to go on"), input), fault, h("div", { class: "foot" }, cancel, go));
  el.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); go.click(); });
  cancel.focus();
  return el;
}

export function empty(title, text, action) {
  return h("div", { class: "empty" }, h("h2", {}, title), h("p", {}, text), action);
}

/** Text with `names` in backticks, as the API writes its messages. */
export function code(text) {
  return text.split("`").map((part, n) => n % 2 ? h("code", {}, visible(part)) : visible(part));
}
