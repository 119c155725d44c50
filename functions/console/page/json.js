// JSON as it was sent: no number is rounded, no member is lost, and no text becomes markup. A payload is never turned
// into objects: the text is cut into a tree of spans, and a line is made only when somebody opens it.
import { h, icon } from "./dom.js";
import { copy } from "./ui.js";
import { size } from "./time.js";

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const DEPTH = 200;

/** A node: kind (object, array, string, number, literal), from, to, and items of [key span or null, node]. */
export function parse(text) {
  let at = 0;
  const fail = () => { throw new SyntaxError(`not JSON at character ${at + 1}`); };
  const space = () => { let c = text.charCodeAt(at); while (c === 32 || c === 10 || c === 13 || c === 9) c = text.charCodeAt(++at); };
  const string = () => {
    const from = at++;
    for (;;) {
      const end = text.indexOf('"', at);
      if (end < 0) fail();
      let slashes = 0;
      while (text[end - 1 - slashes] === "\\") slashes++;
      at = end + 1;
      if (slashes % 2 === 0) return { kind: "string", from, to: at };
    }
  };
  const value = (depth) => {
    space();
    const from = at;
    const mark = text[at];
    if (mark === '"') return string();
    if (mark === "{" || mark === "[") {
      if (depth > DEPTH) fail();
      const close = mark === "{" ? "}" : "]";
      const items = [];
      at++;
      space();
      if (text[at] === close) { at++; return { kind: mark === "{" ? "object" : "array", from, to: at, items }; }
      for (;;) {
        space();
        let key = null;
        if (mark === "{") {
          if (text[at] !== '"') fail();
          key = string();
          space();
          if (text[at++] !== ":") fail();
        }
        items.push([key, value(depth + 1)]);
        space();
        const next = text[at++];
        if (next === close) return { kind: mark === "{" ? "object" : "array", from, to: at, items };
        if (next !== ",") fail();
      }
    }
    const literal = { t: "true", f: "false", n: "null" }[mark];
    if (literal && text.startsWith(literal, at)) return { kind: "literal", from, to: at += literal.length };
    NUMBER.lastIndex = at;
    if (!NUMBER.exec(text)) fail();
    at = NUMBER.lastIndex;
    return { kind: "number", from, to: at };
  };
  const root = value(0);
  space();
  if (at !== text.length) fail();
  return root;
}

export function isJson(text) {
  try { parse(text); return true; } catch { return false; }
}

/** The member of an object in the text, as text: how `request_body` is cut out of an answer without reading it. */
export function member(text, name) {
  const found = parse(text).items?.findLast(([key]) => key && text.slice(key.from + 1, key.to - 1) === name);
  return found ? text.slice(found[1].from, found[1].to) : null;
}

/** JSON as a value, in which numbers that JavaScript would round or respell stay as they are written. */
export function respelt(text) {
  return JSON.parse(text, (_, value, context) => typeof value === "number" && context && context.source !== String(value) && JSON.rawJSON ? JSON.rawJSON(context.source) : value);
}

/** A path in Pipehook's notation. */
export const step = (path, key) => key === null ? path : (path ? `${path}.` : "") + key.replaceAll("\\", "\\\\").replaceAll(".", "\\.");

// What a reader cannot see, or what would turn the line round: shown by its number instead.
const ODD = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;
const code = (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

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
export function view(text, { open = 2, onpick = null } = {}) {
  const root = parse(text);
  const box = h("div", { class: "json" });
  const budget = { lines: 400 };
  box.append(...lines(root, null, "", 0));
  box.addEventListener("keydown", walk);
  return box;

  function lines(node, label, path, depth) {
    const name = label === null ? [] : [key(label, path, node), ": "];
    const line = h("div", { class: `j-line d${Math.min(depth, 9)}` });
    if (!node.items) {
      line.append(...name, scalar(node), ...copier(path));
      return [line];
    }
    const [left, right] = node.kind === "object" ? "{}" : "[]";
    if (node.items.length === 0) {
      line.append(...name, left + right);
      return [line];
    }
    const count = `${node.items.length} ${node.kind === "object" ? "field" : "item"}${node.items.length === 1 ? "" : "s"}`;
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
      budget.lines -= Math.min(node.items.length, MANY);
      inner = [...members(node, path, depth, 0), h("div", { class: `j-line d${Math.min(depth, 9)}` }, right)];
      tog.setAttribute("aria-expanded", "true");
      note.hidden = tail.hidden = true;
      return [line, ...inner];
    }
    return [line];
  }

  function members(node, path, depth, from) {
    const part = node.items.slice(from, from + MANY);
    const made = part.flatMap(([label, child], n) => {
      const shown = label ? unquote(label) : String(from + n);
      return lines(child, label ? shown : null, step(path, shown), depth + 1);
    });
    const left = node.items.length - from - part.length;
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
