// Bodies and headers: what came and what was answered, as they were, for people and for a shell.
import { fill, h } from "./dom.js";
import { copyButton, dimmer, toggle } from "./ui.js";
import { size } from "./time.js";
import { isJson, view, visible } from "./json.js";

const PART = 65536;
const LINE = 16;

/** The body of a call as it came: its bytes, and its text if it is one. Null for what was not kept or is too large. */
export function bodyOf(it) {
  const text = it.request_body_omitted ? null : it.body;
  if (it.request_body_raw === null) return { bytes: null, text };
  const bytes = bytesOf(atob(it.request_body_raw));
  try { return { bytes, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) }; } catch { return { bytes, text: null }; }
}

function bytesOf(characters) {
  const bytes = new Uint8Array(characters.length);
  for (let n = 0; n < bytes.length; n++) bytes[n] = characters.charCodeAt(n);
  return bytes;
}

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
  const lines = [`curl -X POST ${quote(it.url)}`];
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
