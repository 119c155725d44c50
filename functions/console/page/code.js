// Bodies and headers: what came and what was answered, as they were.
import { fill, h } from "./dom.js";
import { copyButton, toggle } from "./ui.js";
import { size } from "./time.js";
import { member, parse, view, visible } from "./json.js";

const PART = 65536;
const bytes = (text) => new TextEncoder().encode(text).length;

/**
 * The body of a call as its sender wrote it. The API shows all bodies as objects: other JSON under `json`, text under
 * `text`, forms by their fields. The length that the sender gave says which of them it was.
 */
export function bodyOf(it) {
  if (it.request_body_omitted || it.body === null) return null;
  const length = Number(it.request_headers["content-length"]);
  const found = spellings(it.body).find((text) => bytes(text) === length);
  return found ?? it.body;
}

function* spellings(body) {
  yield body;
  const json = member(body, "json");
  if (json) yield json;
  const text = member(body, "text");
  if (text?.startsWith('"')) yield JSON.parse(text);
  if (parse(body).items.length === 0) yield "";
  const fields = parse(body).items.map(([key, value]) => [body.slice(key.from, key.to), body.slice(value.from, value.to)]);
  if (fields.every(([, value]) => value.startsWith('"'))) yield new URLSearchParams(fields.map(([name, value]) => [JSON.parse(name), JSON.parse(value)])).toString();
  yield new URLSearchParams({ payload: body }).toString();
}

/** Headers and a body, with what shows them in other ways. */
export function codeBox(label, { text, headers = null, missing = null, type = "" }) {
  const holder = h("div", { class: "code", tabindex: "0", role: "region", "aria-label": label });
  if (text === null) return h("div", { class: "codebox" }, headers && headersOf(headers), missing && h("p", { class: "code dim" }, missing));
  let isTree = true;
  try { parse(text); } catch { isTree = false; }
  const draw = (how) => {
    if (how === "headers") fill(holder, headersOf(headers));
    else if (how === "pretty") fill(holder, view(text));
    else raw(holder, text);
  };
  const first = isTree ? "pretty" : "raw";
  draw(first);
  const ways = [...(isTree ? [["pretty", "Pretty"]] : []), ["raw", "Raw"], ...(headers ? [["headers", `Headers ${Object.keys(headers).length}`]] : [])];
  return h("div", { class: "codebox" },
    h("div", { class: "codebar" }, toggle(`How to show: ${label}`, ways, first, draw), h("span", { class: "meta num" }, size(bytes(text)), type && [" · ", visible(type)]), h("span", { class: "grow" }), copyButton("Copy the body", text, "quiet small icon")),
    holder);
}

function raw(holder, text) {
  fill(holder);
  let to = 0;
  const more = h("button", { type: "button", class: "j-more", onclick: () => push() });
  const push = () => {
    more.remove();
    holder.append(...visible(text.slice(to, to + PART), true));
    to += PART;
    if (to < text.length) { more.textContent = `Show more (${size(text.length - to)} left)`; holder.append("\n", more); }
  };
  push();
}

function headersOf(headers) {
  return h("dl", { class: "kv" }, Object.entries(headers).flatMap(([name, value]) => [h("dt", {}, visible(name)), h("dd", {}, value === "********" ? h("span", { class: "dimmer" }, "******** masked") : visible(value))]));
}
