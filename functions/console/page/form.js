// The parts of the form of a hook: the picker of a provider with the fields that it needs, and the editor of rules, with one
// line for each condition and variable, and below each what the server says it found.
import { fill, h, icon } from "./dom.js";
import { addButton, button, choice, code, codeField, field } from "./ui.js";
import { respelt, visible } from "./bodies.js";

const TILES = ["github", "gitlab", "stripe", "shopify", "slack", "bitbucket", "linear"];
const OWN = "";
const PLACE = Symbol("a header or a path of the body");
const TYPES = [["hmac", "It signs with a shared secret (HMAC)"], ["public_key", "It signs with its private key"], ["token", "It sends the secret"], ["basic", "It sends a user name and a password"], ["none", "Not at all"]];
// Of each field of a scheme: its name, its label, the types of schemes that have it, and its choices or an example.
const FIELDS = [
  ["header", "Header with the proof", ["hmac", "public_key", "token"], "x-signature"],
  ["algorithm", "Algorithm", ["hmac"], ["sha256", "sha512", "sha1"]],
  ["algorithm", "Algorithm", ["public_key"], ["ed25519", "ecdsa_p256", "rsa"]],
  ["encoding", "Written in", ["hmac"], ["hex", "base64", "base64url"]],
  ["encoding", "Written in", ["public_key"], ["base64", "hex", "base64url"]],
  ["prefix", "Text before the signature", ["hmac"], "none"],
  ["prefix", "Word before the token", ["token"], "none, or Bearer"],
  ["signed", "What is signed", ["hmac", "public_key"], "{body}"],
  ["provider_options.username", "User name", ["basic"], ""],
  ["provider_options.public_key", "Public key, in base64 or PEM", ["public_key"], ""],
  ["secret", "Secret", ["hmac", "token", "basic"], "made for you if you leave it out"],
  ["separator", "Between several signatures", ["hmac"], "only one is sent"],
  ["timestamp.header", "Header with the time, which is signed", ["hmac", "public_key"], "none"],
  ["timestamp.format", "The time is in", ["hmac", "public_key"], ["seconds", "millis", "rfc3339"]],
  ["timestamp.tolerance_seconds", "Seconds that it may be off", ["hmac", "public_key"], "300"],
  ["delivery_id", "What names a delivery", ["hmac", "public_key", "token", "basic"], PLACE],
  ["event", "What names the event", ["hmac", "public_key", "token", "basic"], PLACE],
];
const USUAL = FIELDS.findIndex(([name]) => name === "separator"); // The ones before it are always shown.
const PROOFS = { verified: "the provider signs the body.", authenticated: "the sender knows the secret, but nothing proves the body.", none: "anyone who knows the address can have sent it." };

/**
 * Sets `draft.provider` and the fields that it needs. `all` are the providers of the API. Of a hook that is saved, only its
 * own scheme can change.
 */
export function providerPicker(draft, all, changed, isSaved) {
  const byName = new Map(all.map((one) => [one.name, one]));
  const tiles = h("div", { class: "picker", role: "radiogroup", "aria-label": "Provider" });
  const names = h("datalist", { id: "providers" }, all.map((one) => h("option", { value: one.title })));
  const other = h("input", { class: "field", id: "other-provider", list: "providers", autocomplete: "off", placeholder: `Any of ${all.length}, by name or header`, onchange: pickOther });
  const words = h("p", { class: "hint", role: "status" });
  const fields = h("div", { class: "needs" });
  const el = h("div", {}, !isSaved && [tiles, h("div", { class: "other-line" }, h("label", { class: "label", for: "other-provider" }, "Another provider"), other, names)], words, fields);

  function pick(name) {
    draft.provider = name;
    draft.provider_options = {};
    draw();
    changed();
  }

  function pickOther() {
    const typed = other.value.trim().toLowerCase();
    const found = all.find((one) => one.title.toLowerCase() === typed || one.name === typed) ?? all.find((one) => one.title.toLowerCase().startsWith(typed) || one.proven_by.includes(`\`${typed}\``));
    if (found && typed) { other.value = found.title; pick(found.name); } else if (typed) fill(words, "No provider of this name. Choose “Something else”, and say how it proves its calls.");
  }

  function draw() {
    const shown = [...TILES.filter((name) => byName.has(name)), ...(draft.provider && !TILES.includes(draft.provider) ? [draft.provider] : []), OWN];
    fill(tiles, shown.map((name) => h("label", { class: "pick" }, h("input", { type: "radio", name: "provider", value: name, checked: name === draft.provider, onchange: () => { pick(name); tiles.querySelector(":checked")?.focus(); } }), h("span", {}, name === OWN ? "Something else" : byName.get(name)?.title ?? name))));
    const one = byName.get(draft.provider);
    if (one) fill(words, "Proof: ", h("strong", {}, one.proof), `, ${PROOFS[one.proof]}`, one.proof !== "none" && [" It sends ", code(one.proven_by), one.tolerance_seconds ? `, and a call is valid for ${one.tolerance_seconds / 60} minutes. ` : ". A call that someone captures can be sent again. "], one.guide && h("a", { class: "link", href: one.guide, rel: "noopener" }, `${one.title}'s own page`));
    else fill(words, isSaved ? "The secret stays as it is. " : "A sender that is not in the list. Say how it proves its calls. ", "For each field, see ", h("a", { class: "link", href: "/docs" }, "the reference"), ".");
    fill(fields, one ? needs(one) : own());
  }

  function needs(one) {
    return one.needs.map(({ field: of, description, required, secret }) => {
      const option = of.replace(/^provider_options\./, "");
      const isOption = option !== of;
      if (!isOption && of !== "secret") return null;
      const set = (value) => { if (isOption) { if (value) draft.provider_options[option] = value; else delete draft.provider_options[option]; } else draft.secret = value; changed(); };
      const input = codeField(isOption ? draft.provider_options[option] : draft.secret, { required, placeholder: secret && !required && "made for you if you leave it out", oninput: () => set(input.value) });
      return field(visible(`${description[0].toUpperCase()}${description.slice(1)}`), `need-${option}`, input, { of });
    });
  }

  // A scheme of one's own, as `verification` describes it.
  function own() {
    const scheme = draft.scheme;
    const set = (name) => (value) => { scheme[name] = value; changed(); };
    const redraw = (type) => { set("type")(type); draw(); fields.querySelector("select").focus(); };
    const line = ([name, text, , how]) => {
      const input = (hint) => codeField(scheme[name], { placeholder: hint, oninput: (press) => set(name)(press.target.value) });
      const control = Array.isArray(how) ? choice(how, scheme[name], set(name)) : input(how === PLACE ? "none" : how);
      const el = field(text, `own-${name}`, control, { of: /^(secret|provider_)/.test(name) ? name : `verification.${name}` });
      if (how === PLACE) control.before(choice([["header", "in the header"], ["body", "in the body at"]], scheme[`${name} in`], set(`${name} in`), `Where: ${text}`));
      return el;
    };
    const lines = (from, to) => FIELDS.slice(from, to).filter(([name, , types]) => types.includes(scheme.type) && !(isSaved && name === "secret")).map(line);
    const more = lines(USUAL);
    return [h("div", { class: "wide", "data-field": "verification.type" }, field("How it proves its calls", "own-type", choice(isSaved ? TYPES.slice(0, -1) : TYPES, scheme.type, redraw))), lines(0, USUAL),
      more.length > 0 && h("details", { class: "wide" }, h("summary", {}, "Time, delivery and event"), h("div", { class: "needs" }, more)),
      scheme.type === "none" && h("p", { class: "warned wide" }, icon("shield"), "Anyone who knows the address can start this. Use it only where the provider cannot sign, and what runs does no harm.")];
  }

  draw();
  return { el, chosen: () => byName.get(draft.provider) ?? null };
}

/** What identifies the caller, as the API takes it. */
export function callerOf(draft, one) {
  if (one) {
    const secret = draft.secret && one.needs.some(({ field }) => field === "secret") ? { secret: draft.secret } : {};
    return { provider: one.name, provider_options: draft.provider_options, ...secret, ...(one.proof === "none" && { requires_secret: false }) };
  }
  const { type } = draft.scheme;
  if (type === "none") return { requires_secret: false };
  const caller = { provider: "custom", verification: { type } };
  for (const [name, , types, how] of FIELDS) {
    const value = draft.scheme[name]?.trim() || (Array.isArray(how) ? how[0] : "");
    if (value && types.includes(type)) put(caller, /^(secret|provider_)/.test(name) ? name : `verification.${name}`, how === PLACE ? { [draft.scheme[`${name} in`] ?? "header"]: value } : name.endsWith("seconds") ? Number(value) : value);
  }
  if (!caller.verification.timestamp?.header) delete caller.verification.timestamp;
  return caller;
}

/** The scheme of a hook that is saved, as the form has it. */
export function schemeOf({ verification, provider_options }) {
  const scheme = {};
  for (const [name, , , how] of [["type"], ...FIELDS]) {
    let value = name.split(".").reduce((found, part) => found?.[part], { provider_options, ...verification });
    if (value && how === PLACE) [[scheme[`${name} in`], value]] = Object.entries(value).filter(([, one]) => one !== null);
    if (value) scheme[name] = String(value);
  }
  return scheme;
}

function put(into, path, value) {
  const [name, ...rest] = path.split(".");
  if (rest.length === 0) into[name] = value; else put(into[name] ??= {}, rest.join("."), value);
}

const WHERE = [["request_body", "Body"], ["request_header", "Header"], ["request_query", "Query"]];
const OPERATORS = [["equals", "equals"], ["not_equals", "is not"], ["starts_with", "starts with"], ["ends_with", "ends with"], ["contains", "contains"], ["matches", "matches"], ["greater_than", "is over"], ["less_than", "is under"], ["exists", "exists"], ["absent", "is absent"]];
const KINDS = ["string", "integer", "number", "boolean", "array", "object"];
const BARE = ["exists", "absent"];
const OF_TEXT = ["starts_with", "ends_with", "contains", "matches"];

/** Accepted values as a list with commas: `main, 42, true`. What would be read as something else stands in quotes. */
function written(values) {
  return values.map((one) => typeof one === "string" && !/^\s|\s$|[,"]/.test(one) && one !== "" && typeof guessed(one) === "string" ? one : JSON.stringify(one)).join(", ");
}

function valuesOf(text) {
  const found = [];
  for (const match of text.matchAll(/\s*("(?:[^"\\]|\\.)*"|[^,]*)\s*(?:,|$)/g)) {
    const one = match[1].trim();
    if (one === "" && match.index === text.length) continue;
    if (one.startsWith('"')) { try { found.push(JSON.parse(one)); continue; } catch { /* Then it is text with a quote. */ } }
    if (one !== "") found.push(guessed(one));
  }
  return found;
}

function guessed(text) {
  if (text === "true" || text === "false") return text === "true";
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? respelt(text) : text;
}

/** An editor of `draft`'s rules. `changed` is told of each change; `show` puts an answer of the dry run below the rules. */
export function ruleEditor(draft, changed) {
  const conditions = h("div", { class: "rules", role: "group", "aria-label": "Conditions" });
  const variables = h("div", { class: "rules", role: "group", "aria-label": "Variables" });
  const places = new Map(); // rule -> where its result stands
  const result = (rule) => { const el = h("div", { class: "result" }); places.set(rule, el); return el; };
  const text = (label, value, set, more = {}) => codeField(value, { "aria-label": label, oninput: (event) => { set(event.target.value); changed(); }, ...more });

  const remover = (what, all, n, draw) => button(`Remove this ${what}`, { kind: "quiet small icon", glyph: "x", onclick: () => { all.splice(n, 1); draw(); changed(); } });

  function drawConditions() {
    fill(conditions, draft.trigger_when.conditions.map((one, n, all) => one.any ? group(one, all, n) : line(one, all, n, `Condition ${n + 1}`)));
  }

  function line(one, all, n, label, place = `trigger_when.conditions.${all === draft.trigger_when.conditions ? n : `?`}`) {
    const value = text("Accepted values", written(one.accepted_values), (typed) => { one.accepted_values = valuesOf(typed); }, { placeholder: "value, value" });
    value.hidden = BARE.includes(one.operator);
    return h("div", { class: "rule cond", role: "group", "aria-label": label, "data-field": place },
      choice(WHERE, one.type, (type) => { one.type = type; changed(); }, "Where to look"),
      text("Path", one.path, (typed) => { one.path = typed; }, { placeholder: one.type === "request_body" ? "repository.name" : "name" }),
      choice(OPERATORS, one.operator, (operator) => { one.operator = operator; value.hidden = BARE.includes(operator); changed(); }, "How to compare"), value,
      remover("condition", all, n, drawConditions), result(one));
  }

  function group(one, all, n) {
    return h("fieldset", { class: "any" }, h("legend", {}, "Any of"), one.any.map((inner, at) => line(inner, one.any, at, `Condition ${n + 1}, choice ${at + 1}`, `trigger_when.conditions.${n}.any.${at}`)),
      h("div", { class: "line" }, addButton("Add a choice", () => { one.any.push(blank()); drawConditions(); changed(); }), remover("group", all, n, drawConditions)), result(one));
  }

  function drawVariables() {
    const all = draft.settings.variables;
    fill(variables, all.length ? h("div", { class: "rule var names", "aria-hidden": "true" }, ["Name", "Path", "Type", "Default", ""].map((name) => h("span", {}, name))) : null, all.map((one, n) => h("div", { class: "rule var", role: "group", "aria-label": `Variable ${one.name || n + 1}`, "data-field": `settings.variables.${n}` },
      text("Name", one.name, (typed) => { one.name = typed; }, { placeholder: "name" }),
      text("Path", one.path, (typed) => { one.path = typed; }, { placeholder: one.name || "path" }),
      choice(KINDS, one.type, (type) => { one.type = type; changed(); }, "Type"),
      text("Default", one.default_value === null ? "" : typeof one.default_value === "string" ? one.default_value : JSON.stringify(one.default_value), (typed) => { one.default_value = typed === "" ? null : typed; }, { placeholder: "none" }),
      remover("variable", all, n, drawVariables),
      h("label", { class: "check small" }, h("input", { type: "checkbox", checked: one.required, onchange: (event) => { one.required = event.target.checked; changed(); } }), "Required: without it, the call is refused"), result(one))));
  }

  function add(name, path, type = "string") {
    draft.settings.variables.push({ name, path, type, required: false, default_value: null });
    drawVariables();
    changed();
    variables.lastChild.querySelector("input").focus();
  }

  function show(found) {
    found.conditions.forEach(({ holds, found: value, found_omitted }, n) => {
      const one = draft.trigger_when.conditions[n];
      if (one) put(one, holds ? "good" : "bad", holds ? "holds" : "does not hold", found_omitted ? "too long to show" : value);
      one?.any?.forEach((inner, at) => put(inner, "off", "", Array.isArray(value) ? value[at] : null));
    });
    found.variables.forEach(({ value, fault }, n) => {
      const one = draft.settings.variables[n];
      if (!one) return;
      if (fault !== null) put(one, "bad", code(fault));
      else if (value === null) put(one, "off", "left out of the job: nothing there, and no default");
      else put(one, "good", "", value);
    });
  }

  function put(rule, state, words, value) {
    const el = places.get(rule);
    if (!el) return;
    const long = value === undefined ? null : value === null ? "nothing there" : typeof value === "string" ? value : JSON.stringify(value);
    el.className = `result ${state}`;
    fill(el, icon({ good: "check", bad: "stop", off: "ring" }[state], "", 14), long === null ? null : value === null ? h("span", {}, long) : h("code", { class: "cut" }, visible(long.slice(0, 300))), h("span", {}, words));
  }

  drawConditions();
  drawVariables();
  return {
    conditions, variables, add, show,
    clear: () => { for (const el of places.values()) if (el.isConnected) { el.className = "result"; fill(el); } },
    addCondition: () => { draft.trigger_when.conditions.push(blank()); drawConditions(); changed(); conditions.lastChild.querySelector("input").focus(); },
    addGroup: () => { draft.trigger_when.conditions.push({ any: [blank(), blank()] }); drawConditions(); changed(); },
  };
}

const blank = () => ({ type: "request_body", path: "", operator: "equals", accepted_values: [] });

/** The rules as the API takes them. */
export function rulesOf(draft) {
  const condition = ({ name, type, path, operator, accepted_values }) => ({ ...(name && { name }), type, path, operator, ...(!BARE.includes(operator) && { accepted_values: OF_TEXT.includes(operator) ? accepted_values.map((one) => typeof one === "string" ? one : JSON.stringify(one)) : accepted_values }) });
  return {
    trigger_when: { conditions: draft.trigger_when.conditions.map((one) => one.any ? { ...(one.name && { name: one.name }), any: one.any.map(condition) } : condition(one)) },
    settings: { variables: draft.settings.variables.map(({ name, path, type, required, default_value }) => ({ name, ...(path && { path }), type, required, ...(default_value !== null && { default_value: typed(default_value, type) }) })) },
  };
}

// A default is typed as text, and sent as the type that the variable has.
function typed(value, type) {
  if (typeof value !== "string" || type === "string") return value;
  try { return respelt(value); } catch { return value; }
}
