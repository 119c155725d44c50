// What was decided about a call, in the trigger's own order. What the rules make of it is said by the server.
import { h, icon } from "./dom.js";
import { code } from "./ui.js";
import { visible } from "./json.js";

const GLYPHS = { good: "check", bad: "stop", off: "ring", no: "shield" };

export function trail(it) {
  const result = it.decision;
  const steps = [];
  const add = (state, name, text, more = null) => steps.push(h("li", { class: `step ${state}` }, icon(GLYPHS[state]), h("div", { class: "step-in" }, h("div", { class: "step-line" }, h("strong", {}, name), h("span", {}, text)), more)));
  const unseen = (...names) => names.forEach((name) => add("off", name, h("span", { class: "dimmer" }, "not looked at")));
  if (it.outcome === "rejected") {
    add("no", "Signature", code(it.message), h("p", { class: "hint" }, "Usual causes: another secret at the provider, a proxy that changes the body, or a stranger. ", it.hook && h("a", { class: "link", href: `#/hooks/${encodeURIComponent(it.hook_id)}` }, "Look at this hook's secret")));
    unseen("Conditions", "Variables", "Job");
    return list(steps);
  }
  add(...signature(it));
  if (!result) add("off", "Rules", h("span", { class: "dimmer" }, it.hook ? "The body was not kept, so they cannot be shown at work." : "The hook was deleted, and its rules with it."));
  else if (result.fault) add("bad", "Body", code(result.fault));
  else {
    const missed = result.conditions.filter((one) => !one.holds).length;
    add(missed ? "off" : "good", "Conditions", result.conditions.length ? `${result.conditions.length - missed} of ${result.conditions.length} hold` : "none, so every call runs", conditions(result.conditions));
    const faults = result.variables.filter((one) => one.fault !== null).length;
    if (missed) unseen("Variables");
    else add(faults ? "bad" : "good", "Variables", faults ? `${faults} of ${result.variables.length} cannot be read` : result.variables.length ? `${result.variables.filter(hasValue).length} of ${result.variables.length} have a value` : "none", variables(result.variables));
  }
  add(...job(it));
  return list(steps);
}

const list = (steps) => h("ol", { class: "trail" }, steps);

function signature(it) {
  if (it.test) return ["off", "Signature", "None: a user sent this call to try the hook."];
  if (it.retry_of) return ["good", "Signature", "Verified when the call came; a retry is not signed again."];
  const proof = it.proof ?? it.hook?.proof;
  if (proof === "none" || it.hook?.requires_secret === false) return ["off", "Signature", "None is needed: anyone who knows the address can start this."];
  return ["good", "Signature", proof === "authenticated" ? "The sender knows the secret. Nothing proves the body." : "Verified: the provider signed the body."];
}

function job(it) {
  if (it.outcome === "queued") return ["good", "Job", code(it.message)];
  return [it.outcome === "failed" ? "bad" : "off", "Job", ["None. ", code(it.message)]];
}

function conditions(items) {
  if (items.length === 0) return null;
  return h("table", { class: "grid" }, h("tbody", {}, items.map(({ condition, found, holds, found_omitted }) => h("tr", {},
    h("td", {}, condition.name ? visible(condition.name) : condition.any ? "any of" : ""),
    h("td", {}, (condition.any ?? [condition]).map((one) => h("div", {}, sentence(one)))),
    h("td", { class: holds ? "was" : "was-bad" }, found_omitted ? h("span", { class: "dimmer" }, "too long to show") : condition.any ? (found ?? []).map((one) => h("div", {}, shown(one))) : shown(found))))));
}

const WHERE = { request_body: "", request_header: "header ", request_query: "query " };
/** A condition as a sentence. */
export function sentence(one) {
  return [h("span", { class: "dim" }, WHERE[one.type]), h("code", {}, visible(one.path)), h("span", { class: "dim" }, ` ${one.operator.replaceAll("_", " ")} `), one.accepted_values.map((value, n) => [n ? h("span", { class: "dim" }, " or ") : null, h("code", {}, visible(String(value)))])];
}

const hasValue = (one) => one.value !== null || one.value_omitted;

function variables(items) {
  if (items.length === 0) return null;
  return h("table", { class: "grid" }, h("tbody", {}, items.map(({ variable, value, fault, value_omitted }) => h("tr", {},
    h("td", {}, visible(variable.name)),
    h("td", {}, h("code", {}, visible(variable.path)), h("span", { class: "dimmer" }, ` ${variable.type}`)),
    h("td", { class: fault ? "was-bad" : "was" }, fault ? code(fault) : value_omitted ? h("span", { class: "dimmer" }, "too long to show") : value === null ? h("span", { class: "dimmer" }, "left out: nothing there, and no default") : shown(value))))));
}

/** A value that was found, cut after 200 characters. */
export function shown(value) {
  if (value === null || value === undefined) return h("span", { class: "dimmer" }, "nothing there");
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return h("code", {}, visible(text.slice(0, 200)), text.length > 200 ? "…" : null);
}
