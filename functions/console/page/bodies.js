// Bodies and headers as they came and as they were answered, for people and for a shell. A body is shown as it was sent: no
// number is rounded, no member is lost, and no text becomes markup. It is never turned into objects: its text is cut into a
// tree of spans, and a line is made only when somebody opens it.
import { fill, h, icon } from "./dom.js";
import { copy, copyButton, dimmer, size, toggle } from "./ui.js";

const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const DEPTH = 200; // What is nested deeper is shown as text.
const OPEN = 2;    // Objects and arrays in fewer others are shown open at first.
const SLICE = 16;  // in milliseconds

/**
 * Cuts the value between two places of a text into nodes: kind (object, array, string, number, literal), from, to, and of
 * an object or array the count of its members. What is in fewer than `most` others has `items`, of [key or null, node];
 * all below is only checked. It stops now and then, so that the page can answer its user.
 */
function* cut(text, most, at = 0, end = text.length) {
  const open = [];
  let key = null;
  const fail = () => { throw new SyntaxError(`not JSON at character ${at}`); };
  const next = () => { for (;;) { const c = text.charCodeAt(at++); if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return c; } };
  const string = () => {
    for (let slashes = 1; slashes % 2;) {
      at = text.indexOf('"', at) + 1;
      if (at === 0) fail();
      for (slashes = 0; text[at - 2 - slashes] === "\\";) slashes++;
    }
  };
  const name = () => {
    if (next() !== 34) fail();
    const from = at - 1;
    string();
    const to = at;
    if (next() !== 58) fail();
    return { from, to };
  };
  for (let turn = 1; ; turn++) {
    if (turn % 512 === 0) yield;
    const mark = next();
    const from = at - 1;
    const isBox = mark === 123 || mark === 91;
    if (mark === 34) string();
    else if (!isBox) {
      SCALAR.lastIndex = from;
      if (!SCALAR.test(text)) fail();
      at = SCALAR.lastIndex;
    }
    let node = null;
    if (isBox) node = { kind: mark === 123 ? "object" : "array", from, to: 0, count: 0, items: open.length < most ? [] : null };
    else if (open.length <= most) node = { kind: mark === 34 ? "string" : mark > 96 ? "literal" : "number", from, to: at };
    const around = open.at(-1);
    if (around) { around.count++; around.items?.push([key, node]); }
    if (isBox) {
      if (open.push(node) > DEPTH) fail();
      if (next() !== mark + 2) { at--; key = mark === 123 ? name() : null; continue; }
      at--;
    }
    for (;;) {
      const last = open.at(-1);
      const mark = last ? next() : 0;
      if (mark === 44) { key = last.kind === "object" ? name() : null; break; }
      if (last && mark !== (last.kind === "object" ? 125 : 93)) fail();
      if (last) { node = open.pop(); node.to = at; continue; }
      next();
      if (at <= end) fail();
      return node;
    }
  }
}

function atOnce(pieces) {
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

async function inSlices(pieces) {
  for (let from = performance.now(); ;) {
    const { done, value } = pieces.next();
    if (done) return value;
    if (performance.now() - from > SLICE) { await new Promise((later) => setTimeout(later)); from = performance.now(); }
  }
}

/** The members of an object, by name, each as the text that it is. */
export async function membersOf(text) {
  const { items } = await inSlices(cut(text, 1));
  return new Map(items.map(([key, node]) => [text.slice(key.from + 1, key.to - 1), text.slice(node.from, node.to)]));
}

let known = { text: null, root: null }; // The text that was cut last.

function rootOf(text) {
  if (known.text !== text) {
    known = { text, root: null };
    try { known.root = atOnce(cut(text, OPEN)); } catch { /* It is no JSON. */ }
  }
  return known.root;
}

/** Cuts a text that may be large before it is needed. */
export async function cutAhead(text) {
  known = { text, root: await inSlices(cut(text, OPEN)).catch(() => null) };
}

export const isJson = (text) => rootOf(text) !== null;

/** JSON as a value, in which numbers that JavaScript would round or respell stay as they are written. */
export function respelt(text) {
  return JSON.parse(text, (_, value, context) => typeof value === "number" && context && context.source !== String(value) && JSON.rawJSON ? JSON.rawJSON(context.source) : value);
}

/** A path in Pipehook's notation. */
export const step = (path, key) => key === null ? path : (path ? `${path}.` : "") + key.replaceAll("\\", "\\\\").replaceAll(".", "\\.");

// What a reader cannot see, or what would turn the line round: shown by its number instead.
const ODD = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;
const code = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A text for a place that takes no elements, such as a title. */
export const plain = (text) => text.replace(ODD, code);

export function visible(text, keepsLines = false) {
  const parts = [];
  let last = 0;
  for (const match of text.matchAll(ODD)) {
    if (keepsLines && "\n\r\t".includes(match[0])) continue;
    if (match.index > last) parts.push(text.slice(last, match.index));
    parts.push(h("span", { class: "j-odd", title: "A character that cannot be seen" }, code(match[0])));
    last = match.index + match[0].length;
  }
  parts.push(text.slice(last));
  return parts;
}

const LONG = 400;   // characters of a string that are shown at first
const MORE = 20000; // and with each press of the button
const MANY = 100;   // members of one object or array that are shown at first
const CLASS = { string: "j-str", number: "j-num", literal: "j-lit" };

/** Draws a text of JSON. `onpick(path, node text)` makes keys buttons; without it, each line can copy its path. */
export function view(text, { open = OPEN, onpick = null } = {}) {
  const root = rootOf(text);
  const box = h("div", { class: "json" });
  const budget = { lines: 400 };
  box.append(...lines(root, null, "", 0));
  box.addEventListener("keydown", walk);
  return box;

  function lines(node, label, path, depth) {
    const name = label === null ? [] : [key(label, path, node), ": "];
    const line = h("div", { class: `j-line d${Math.min(depth, 9)}` });
    if (node.count === undefined) {
      line.append(...name, scalar(node), ...copier(path));
      return [line];
    }
    const [left, right] = node.kind === "object" ? "{}" : "[]";
    if (node.count === 0) {
      line.append(...name, left + right);
      return [line];
    }
    const count = `${node.count} ${node.kind === "object" ? "field" : "item"}${node.count === 1 ? "" : "s"}`;
    const tog = h("button", { type: "button", class: "j-tog", "aria-label": `${label ?? "All"}, ${count}`, "aria-expanded": "false", onclick: () => (inner ? shut() : show()) }, icon("right", "", 12));
    const note = h("span", { class: "dimmer" }, ` ${count} `);
    const tail = h("span", {}, right);
    line.append(tog, ...name, left, note, tail, ...copier(path));
    let inner = null;
    const show = () => {
      inner = [...members(node, path, depth, 0), h("div", { class: `j-line d${Math.min(depth, 9)}` }, right)];
      line.after(...inner);
      tog.setAttribute("aria-expanded", "true");
      note.hidden = tail.hidden = true;
    };
    const shut = () => {
      let next = line.nextSibling;
      const last = inner.at(-1);
      while (next) { const gone = next; next = next.nextSibling; gone.remove(); if (gone === last) break; }
      inner = null;
      tog.setAttribute("aria-expanded", "false");
      note.hidden = tail.hidden = false;
    };
    if (depth < open && budget.lines > 0) {
      budget.lines -= Math.min(node.count, MANY);
      inner = [...members(node, path, depth, 0), h("div", { class: `j-line d${Math.min(depth, 9)}` }, right)];
      tog.setAttribute("aria-expanded", "true");
      note.hidden = tail.hidden = true;
      return [line, ...inner];
    }
    return [line];
  }

  function members(node, path, depth, from) {
    node.items ??= atOnce(cut(text, 1, node.from, node.to)).items;
    const part = node.items.slice(from, from + MANY);
    const made = part.flatMap(([label, child], n) => {
      const shown = label ? unquote(label) : String(from + n);
      return lines(child, label ? shown : null, step(path, shown), depth + 1);
    });
    const left = node.count - from - part.length;
    if (left > 0) {
      const more = h("div", { class: `j-line d${Math.min(depth + 1, 9)}` }, h("button", { type: "button", class: "j-more", onclick: () => more.replaceWith(...members(node, path, depth, from + MANY)) }, `Show ${Math.min(left, MANY)} of ${left} more`));
      made.push(more);
    }
    return made;
  }

  function key(label, path, node) {
    const quoted = ['"', ...visible(label.slice(0, LONG)), '"'];
    if (!onpick) return h("span", { class: "j-key" }, quoted);
    return h("button", { type: "button", class: "j-key j-pick", title: `Use ${path} as a variable`, onclick: () => onpick(path, text.slice(node.from, node.to)) }, quoted);
  }

  function scalar(node) {
    let to = Math.min(node.to, node.from + LONG);
    const el = h("span", { class: CLASS[node.kind] }, visible(text.slice(node.from, to)));
    if (to === node.to) return el;
    const more = h("button", { type: "button", class: "j-more", onclick: () => {
      const next = Math.min(node.to, to + MORE);
      more.before(...visible(text.slice(to, next)));
      to = next;
      if (to === node.to) more.remove(); else name();
    } });
    const name = () => { more.textContent = ` … show more of ${size(node.to - node.from)}`; };
    name();
    el.append(more);
    return el;
  }

  function copier(path) {
    return path && !onpick ? [h("button", { type: "button", class: "j-copy", tabindex: "-1", title: `Copy ${path} (y)`, onclick: () => copy(path, `Copied ${path.slice(0, 60)}`) }, "Copy path")] : [];
  }

  // The arrows go from line to line, so that a key can say what to do with one.
  function walk(event) {
    const side = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    let line = side && event.target.closest(".j-line")?.[side];
    while (line && !line.querySelector("button")) line = line[side];
    if (!line) return;
    event.preventDefault();
    line.querySelector("button").focus();
  }

  function unquote(span) {
    const raw = text.slice(span.from, span.to);
    try { return JSON.parse(raw); } catch { return raw.slice(1, -1); }
  }
}

// Bodies and headers: what came and what was answered, as they were, for people and for a shell.
const PART = 65536;
const LINE = 16;

/** Headers and a body, with what shows them in other ways. A body that is no text is shown as its bytes. */
export function codeBox(label, { text, bytes = null, raw = null, headers, missing = null }) {
  const holder = h("div", { class: "code", tabindex: "0", role: "region", "aria-label": label });
  if (text === null && bytes === null) return h("div", { class: "codebox" }, headersOf(headers), missing && h("p", { class: "code dim" }, missing));
  const isTree = text !== null && isJson(text);
  const draw = (how) => {
    if (how === "headers") fill(holder, headersOf(headers));
    else if (how === "pretty") fill(holder, view(text));
    else if (text === null) inParts(holder, bytes, (from) => dump(bytes, from));
    else inParts(holder, text, (from) => visible(text.slice(from, from + PART), true));
  };
  const first = isTree ? "pretty" : "raw";
  draw(first);
  const ways = [...(isTree ? [["pretty", "Pretty"]] : []), ["raw", "Raw"], ["headers", `Headers ${Object.keys(headers).length}`]];
  const type = headers["content-type"];
  return h("div", { class: "codebox" },
    h("div", { class: "codebar" }, toggle(`How to show: ${label}`, ways, first, draw), h("span", { class: "meta num cut" }, size((bytes ?? new TextEncoder().encode(text)).length), type && [" · ", visible(type)]), h("span", { class: "grow" }), copyButton(text === null ? "Copy the body in base64" : "Copy the body", text ?? raw, "quiet small icon")),
    holder);
}

function inParts(holder, whole, part) {
  fill(holder);
  let from = 0;
  const more = h("button", { type: "button", class: "j-more", onclick: () => push() });
  const push = () => {
    more.remove();
    holder.append(...part(from));
    from += PART;
    if (from < whole.length) { more.textContent = `Show more (${size(whole.length - from)} left)`; holder.append("\n", more); }
  };
  push();
}

// Bytes by their numbers, and what they would be as letters.
function* dump(bytes, from) {
  for (let at = from; at < Math.min(from + PART, bytes.length); at += LINE) {
    const line = [...bytes.subarray(at, at + LINE)];
    const numbers = line.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    yield `${at.toString(16).padStart(8, "0")}  ${numbers.padEnd(LINE * 3)} ${line.map((byte) => byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".").join("")}\n`;
  }
}

function headersOf(headers) {
  return h("dl", { class: "kv" }, Object.entries(headers).flatMap(([name, value]) => [h("dt", {}, visible(name)), h("dd", {}, value === "********" ? dimmer("******** masked") : visible(value))]));
}

// Whatever a sender chose stands between single quotes, and nowhere else.
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const SKIP = new Set(["host", "content-length", "connection", "accept-encoding", "transfer-encoding", "via", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-amzn-trace-id"]);
const LARGE = 100 * 1024; // Shells have a bound for a command.

/** A call as a command for a shell, and the file that the body has to be saved as. A body that is no text is sent from its base64 (`raw`). */
export function curl(it, text, raw = null) {
  const lines = [`curl -X POST ${quote(it.request_query ? `${it.url}?${it.request_query}` : it.url)}`];
  // Else curl would say that it is a form.
  const headers = { "content-type": "", ...it.request_headers };
  for (const [name, value] of Object.entries(headers)) {
    if (!SKIP.has(name)) lines.push(`-H ${quote(`${name}: ${value.replace(/[\r\n\0]+/g, " ")}`.trimEnd())}`);
  }
  // No argument of a command can hold the character with the number 0.
  const isBytes = text === null || text.includes("\0");
  const body = isBytes ? raw : text;
  const file = (body?.length ?? 0) > LARGE ? isBytes ? "body.bin" : "body.json" : null;
  if (file) lines.push(`--data-binary @${file}`);
  else if (body && isBytes) {
    lines[0] = `echo ${body} | base64 -d | ${lines[0]}`;
    lines.push("--data-binary @-");
  } else if (body) lines.push(`--data-raw ${quote(body)}`);
  return { command: lines.join(" \\\n  "), file };
}
