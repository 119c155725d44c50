// One call: what came, what was decided, what became of it.
import { fill, h, icon } from "./dom.js";
import { address, ago, alert, button, code, copy, copyButton, dim, dimmer, fact, pill, save, say, showFault, toast, waiting, when } from "./ui.js";
import { isAbort, oneCall, providers, retry, titleOf, wholeHook } from "./api.js";
import { codeBox, curl, visible } from "./bodies.js";
import { actionPart } from "./actions.js";

const SAYS = {
  queued: "The job is on the queue.",
  ignored: "The call is authentic, and one that must not run.",
  rejected: "The caller did not prove that it knows the secret. Nothing was queued, and the body was not kept.",
  failed: "The call is authentic, but no job could be made of it.",
};
const OMITTED = {
  not_authentic: "The body was not kept, because the call is not authentic.",
  too_large: "The body was not kept, because it is too large for the log.",
  too_large_to_show: "The body is kept, but too large to be shown. The call can be retried.",
  lost: "The body was not kept, because the database did not take it.",
};
const DELIVERIES = ["x-github-delivery", "x-gitlab-event-uuid", "x-shopify-webhook-id", "webhook-id", "svix-id", "x-gitea-delivery", "idempotency-key", "x-request-uuid", "linear-delivery"];

let turn = 0;
let request = new AbortController();

export async function callPane(pane, id, { close, next, filters }) {
  const mine = ++turn;
  request.abort();
  request = new AbortController();
  const { signal } = request;
  const ready = waiting(pane);
  try {
    const [it] = await Promise.all([oneCall(id, signal), providers().catch(() => null)]);
    // What the hook expects is of use, and nothing fails without it.
    it.proven = it.hook && (await wholeHook(it.hook_id).catch(() => null))?.proven_by;
    ready();
    if (mine === turn) draw(pane, it, { close, next, filters });
  } catch (error) {
    ready();
    if (mine !== turn || isAbort(error)) return;
    showFault(pane, "The call", error, () => callPane(pane, id, { close, next, filters }), "It may be older than 30 days, or of another project. Rejected calls are kept for a day.");
    pane.firstChild.append(h("a", { class: "btn", href: close }, "Back to the calls"));
  }
}

function draw(pane, it, { close, next, filters }) {
  const { text, bytes } = it;
  const kept = it.hook && (!it.request_body_omitted || it.request_body_omitted === "too_large_to_show");
  const again = button("Retry", { kind: "small primary", glyph: "retry", onclick: () => runAgain(it, again, filters) });
  fill(pane, h("div", { class: "pane-in" },
    h("div", { class: "pane-bar" },
      h("a", { class: "btn quiet small back", href: close }, icon("left"), "Calls"),
      h("span", { class: "stepper" }, button("Previous call (k)", { kind: "quiet small icon", glyph: "up", onclick: () => next(-1) }), h("span", { class: "flip" }, button("Next call (j)", { kind: "quiet small icon", glyph: "up", onclick: () => next(1) }))),
      h("span", { class: "grow" }),
      keyed("c", button("Copy as curl", { kind: "small", glyph: "copy", onclick: () => copyCurl(it) })),
      it.hook && text !== null ? keyed("e", h("a", { class: "btn small", href: address(["hooks", it.hook_id, "edit"], { from: it.id }) }, icon("edit"), "Edit and test")) : null,
      kept ? keyed("r", again) : h("span", { class: "dim no-retry" }, it.hook ? "Cannot be retried: the body was not kept" : "Cannot be retried: the hook was deleted"),
      h("a", { class: "btn quiet small icon shut", href: close, "aria-label": "Close", title: "Close (Esc)" }, icon("x"))),
    h("h2", { class: "call-title", tabindex: "-1" }, pill(it.outcome, { loud: true }), h("span", { class: "num" }, `${it.response_status_code}`), it.hook ? h("a", { class: "cut", href: address(["hooks", it.hook_id]) }, visible(it.hook.name)) : h("span", { class: "dim" }, "Deleted hook")),
    h("p", { class: "lead" }, SAYS[it.outcome], it.outcome === "queued" ? null : [" ", code(it.message)]),
    facts(it, filters),
    part("What was decided", it.decision?.hook_changed_since && h("p", { class: "hint" }, "The hook was changed since. This is what it would decide now."), trail(it)),
    it.action_id !== null && part("What became of it", actionPart(it.action_id)),
    part("What came", codeBox("Request", { text, bytes, raw: it.request_body_raw, headers: it.request_headers, missing: OMITTED[it.request_body_omitted] })),
    part("What was answered", codeBox("Answer", { text: it.answer, headers: it.response_headers }))));
  pane.scrollTop = 0;
}

const part = (title, ...content) => h("section", { class: "part" }, h("h3", {}, title), content);
const keyed = (key, el) => { el.dataset.key = key; el.title = `${el.textContent} (${key})`; return el; };

function facts(it, filters) {
  const delivery = DELIVERIES.map((name) => it.request_headers[name]).find(Boolean);
  const event = it.event;
  return h("dl", { class: "facts" },
    fact("Came", when(it.created_at), dimmer(` ${ago(it.created_at)}`)),
    fact("Event", event ? h("code", { class: "cut" }, visible(event)) : "unknown"),
    fact("From", h("span", { class: "num" }, it.ip_address || "unknown"), it.hook?.provider && dimmer(` ${titleOf(it.hook)}`)),
    fact("Delivery", delivery ? h("code", { class: "cut" }, visible(delivery)) : "unknown"),
    fact("Call", h("code", { class: "cut", title: it.id }, it.id), copyButton("Copy the call's id", it.id, "quiet small icon")),
    it.retry_of ? fact("Retry of", h("a", { class: "link", href: address(["calls", it.retry_of], filters()) }, h("code", {}, it.retry_of.slice(0, 13)))) : fact("Proof", it.outcome === "rejected" ? "none" : it.proof ?? it.hook?.proof ?? "unknown"));
}

async function runAgain(it, control, filters) {
  control.disabled = true;
  try {
    const made = await retry(it.id);
    toast(`The call ran again: ${made.outcome}.`);
    say(`Retry of ${it.id.slice(0, 8)}: ${made.outcome}. ${made.message}`);
    location.hash = address(["calls", made.id], filters());
  } catch (error) {
    control.disabled = false;
    control.closest(".pane-in").querySelector(".lead").after(alert(error.message));
  }
}

async function copyCurl(it) {
  const { text, bytes } = it;
  const { command, file } = curl(it, text, bytes && it.request_body_raw);
  await copy(command, `Copied${file ? `, with the body as the file ${file}` : ""}. Masked values stand as ********.`);
  if (file) save(file, text ?? bytes);
}

// What was decided about a call, in the trigger's own order. What the rules make of it is said by the server.
const GLYPHS = { good: "check", bad: "stop", off: "ring", no: "shield" };

function trail(it) {
  const result = it.decision;
  const steps = [];
  const add = (state, name, text, more = null) => steps.push(h("li", { class: `step ${state}` }, icon(GLYPHS[state]), h("div", { class: "step-in" }, h("div", { class: "step-line" }, h("strong", {}, name), h("span", {}, text)), more)));
  const unseen = (...names) => names.forEach((name) => add("off", name, dimmer("not looked at")));
  if (it.outcome === "rejected") {
    add("no", "Signature", code(it.message), h("p", { class: "hint" }, "Usual causes: another secret at the provider, a proxy that changes the body, or a stranger. ", it.proven && ["The hook expects ", code(it.proven), ". "], it.hook && h("a", { class: "link", href: address(["hooks", it.hook_id]) }, "Look at this hook's secret")));
    unseen("Conditions", "Variables", "Job");
    return list(steps);
  }
  add(...signature(it));
  if (!result) add("off", "Rules", dimmer(it.hook ? "The body was not kept, so they cannot be shown at work." : "The hook was deleted, and its rules with it."));
  else if (result.fault) {
    add("bad", "Body", code(result.fault));
    unseen("Conditions", "Variables");
  }
  else {
    const missed = result.conditions.filter((one) => !one.holds).length;
    // What is ignored without that was decided before the conditions.
    if (!missed && it.outcome === "ignored" && !result.hook_changed_since) {
      add("off", "Call", code(it.message));
      unseen("Conditions", "Variables", "Job");
      return list(steps);
    }
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
  return ["good", "Signature", [proof === "authenticated" ? "The sender knows the secret, and nothing proves the body" : "Verified", it.proven && [": ", code(it.proven)], "."]];
}

function job(it) {
  if (it.outcome === "queued") return ["good", "Job", code(it.message)];
  return [it.outcome === "failed" ? "bad" : "off", "Job", ["None. ", code(it.message)], it.hook && it.text !== null && h("a", { class: "link", href: address(["hooks", it.hook_id, "edit"], { from: it.id }) }, "Change the hook's rules")];
}

const grid = (items, cells) => items.length > 0 && h("table", { class: "grid" }, h("tbody", {}, items.map((item) => {
  const [name, rule, isBad, found] = cells(item);
  return h("tr", {}, h("td", {}, name), h("td", {}, rule), h("td", { class: isBad && "was-bad" }, found));
})));

const conditions = (items) => grid(items, ({ condition, found, holds, found_omitted }) => [
  condition.name ? visible(condition.name) : condition.any && "any of", (condition.any ?? [condition]).map((one) => h("div", {}, sentence(one))), !holds,
  found_omitted ? dimmer("too long to show") : condition.any ? (found ?? []).map((one) => h("div", {}, shown(one))) : shown(found)]);

const variables = (items) => grid(items, ({ variable, value, fault, value_omitted }) => [
  visible(variable.name), [h("code", {}, visible(variable.path)), dimmer(` ${variable.type}`)], fault,
  fault ? code(fault) : value_omitted ? dimmer("too long to show") : value === null ? dimmer("left out: nothing there, and no default") : shown(value)]);

const WHERE = { request_body: "", request_header: "header ", request_query: "query " };
/** A condition as a sentence. */
export function sentence(one) {
  return [dim(WHERE[one.type]), h("code", {}, visible(one.path)), dim(` ${one.operator.replaceAll("_", " ")} `), one.accepted_values.map((value, n) => [n ? dim(" or ") : null, h("code", {}, visible(String(value)))])];
}

const hasValue = (one) => one.value !== null || one.value_omitted;

/** A value that was found, cut after 200 characters. */
function shown(value) {
  if (value === null || value === undefined) return dimmer("nothing there");
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return h("code", {}, visible(text.slice(0, 200)), text.length > 200 ? "…" : null);
}
