// The editor of rules: conditions and variables, one line each, and below each what the server says it found.
import { fill, h, icon } from "./dom.js";
import { button, code } from "./ui.js";
import { respelt, visible } from "./json.js";

const WHERE = [["request_body", "Body"], ["request_header", "Header"], ["request_query", "Query"]];
const OPERATORS = [["equals", "equals"], ["not_equals", "is not"], ["starts_with", "starts with"], ["ends_with", "ends with"], ["contains", "contains"], ["matches", "matches"], ["greater_than", "is over"], ["less_than", "is under"], ["exists", "exists"], ["absent", "is absent"]];
const TYPES = ["string", "integer", "number", "boolean", "array", "object"];
const BARE = ["exists", "absent"];
const OF_TEXT = ["starts_with", "ends_with", "contains", "matches"];

/** Accepted values as a list with commas: `main, 42, true`. What would be read as something else stands in quotes. */
export function written(values) {
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
  const text = (label, value, set, more = {}) => h("input", { class: "field code", value: value ?? "", "aria-label": label, spellcheck: "false", autocomplete: "off", oninput: (event) => { set(event.target.value); changed(); }, ...more });

  function drawConditions() {
    fill(conditions, draft.trigger_when.conditions.map((one, n, all) => one.any ? group(one, all, n) : line(one, all, n, `Condition ${n + 1}`)));
  }

  function line(one, all, n, label, field = `trigger_when.conditions.${all === draft.trigger_when.conditions ? n : `?`}`) {
    const value = text("Accepted values", written(one.accepted_values), (typed) => { one.accepted_values = valuesOf(typed); }, { placeholder: "value, value" });
    value.hidden = BARE.includes(one.operator);
    return h("div", { class: "rule cond", role: "group", "aria-label": label, "data-field": field },
      select(WHERE, one.type, (type) => { one.type = type; changed(); }, "Where to look"),
      text("Path", one.path, (typed) => { one.path = typed; }, { placeholder: one.type === "request_body" ? "repository.name" : "name" }),
      select(OPERATORS, one.operator, (operator) => { one.operator = operator; value.hidden = BARE.includes(operator); changed(); }, "How to compare"), value,
      button("Remove this condition", { kind: "quiet small icon", glyph: "x", onclick: () => { all.splice(n, 1); drawConditions(); changed(); } }), result(one));
  }

  function group(one, all, n) {
    return h("fieldset", { class: "any" }, h("legend", {}, "Any of"), one.any.map((inner, at) => line(inner, one.any, at, `Condition ${n + 1}, choice ${at + 1}`, `trigger_when.conditions.${n}.any.${at}`)),
      h("div", { class: "line" }, button("Add a choice", { kind: "quiet small", glyph: "plus", onclick: () => { one.any.push(blank()); drawConditions(); changed(); } }), button("Remove the group", { kind: "quiet small", onclick: () => { all.splice(n, 1); drawConditions(); changed(); } })), result(one));
  }

  function drawVariables() {
    const all = draft.settings.variables;
    fill(variables, all.length ? h("div", { class: "rule var names", "aria-hidden": "true" }, ["Name", "Path", "Type", "Default", ""].map((name) => h("span", {}, name))) : null, all.map((one, n) => h("div", { class: "rule var", role: "group", "aria-label": `Variable ${one.name || n + 1}`, "data-field": `settings.variables.${n}` },
      text("Name", one.name, (typed) => { one.name = typed; }, { placeholder: "name" }),
      text("Path", one.path, (typed) => { one.path = typed; }, { placeholder: one.name || "path" }),
      select(TYPES, one.type, (type) => { one.type = type; changed(); }, "Type"),
      text("Default", one.default_value === null ? "" : typeof one.default_value === "string" ? one.default_value : JSON.stringify(one.default_value), (typed) => { one.default_value = typed === "" ? null : typed; }, { placeholder: "none" }),
      button("Remove this variable", { kind: "quiet small icon", glyph: "x", onclick: () => { all.splice(n, 1); drawVariables(); changed(); } }),
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

export function select(options, value, pick, name = null) {
  return h("select", { class: "field", "aria-label": name, onchange: (event) => pick(event.target.value) }, options.map((one) => {
    const [key, text] = Array.isArray(one) ? one : [one, one.replaceAll(/[_-]/g, " ")];
    return h("option", { value: key, selected: key === value }, text);
  }));
}
