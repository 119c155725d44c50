// One call: what came, what was decided, what became of it.
import { fill, h, icon } from "./dom.js";
import { button, code, copy, copyButton, pill, save, say, toast, waiting } from "./ui.js";
import { ago, full, zone } from "./time.js";
import { isAbort, oneCall, retry } from "./api.js";
import { address } from "./route.js";
import { visible } from "./json.js";
import { bodyOf, codeBox } from "./code.js";
import { curl } from "./curl.js";
import { trail } from "./trail.js";
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
    const it = await oneCall(id, signal);
    ready();
    if (mine === turn) draw(pane, it, { body: bodyOf(it), close, next, filters });
  } catch (error) {
    ready();
    if (mine !== turn || isAbort(error)) return;
    const gone = error.status === 404 || error.status === 422;
    fill(pane, h("div", { class: "empty", role: "alert" }, h("h2", {}, gone ? "The call does not exist" : "The call could not be read"), h("p", {}, gone ? "It may be older than 30 days, or of another project. Rejected calls are kept for a day." : error.message), gone ? null : button("Try again", { onclick: () => callPane(pane, id, { close, next, filters }) }), h("a", { class: "btn", href: close }, "Back to the calls")));
  }
}

function draw(pane, it, { body, close, next, filters }) {
  const kept = it.hook && (!it.request_body_omitted || it.request_body_omitted === "too_large_to_show");
  const again = button("Retry", { kind: "small primary", glyph: "retry", onclick: () => runAgain(it, again, filters) });
  fill(pane, h("div", { class: "pane-in" },
    h("div", { class: "pane-bar" },
      h("a", { class: "btn quiet small back", href: close }, icon("left"), "Calls"),
      h("span", { class: "stepper" }, button("Previous call (k)", { kind: "quiet small icon", glyph: "up", onclick: () => next(-1) }), h("span", { class: "flip" }, button("Next call (j)", { kind: "quiet small icon", glyph: "up", onclick: () => next(1) }))),
      h("span", { class: "grow" }),
      keyed("c", button("Copy as curl", { kind: "small", glyph: "copy", onclick: () => copyCurl(it, body) })),
      it.hook && body !== null ? keyed("e", h("a", { class: "btn small", href: address(["hooks", it.hook_id, "edit"], { from: it.id }) }, icon("edit"), "Edit and test")) : null,
      kept ? keyed("r", again) : h("span", { class: "dim no-retry" }, it.hook ? "Cannot be retried: the body was not kept" : "Cannot be retried: the hook was deleted"),
      h("a", { class: "btn quiet small icon shut", href: close, "aria-label": "Close", title: "Close (Esc)" }, icon("x"))),
    h("h2", { class: "call-title", tabindex: "-1" }, pill(it.outcome, { loud: true }), h("span", { class: "num" }, `${it.response_status_code}`), it.hook ? h("a", { class: "cut", href: `#/hooks/${encodeURIComponent(it.hook_id)}` }, visible(it.hook.name)) : h("span", { class: "dim" }, "Deleted hook")),
    h("p", { class: "lead" }, SAYS[it.outcome], it.outcome === "queued" ? null : [" ", code(it.message)]),
    facts(it, filters),
    part("What was decided", it.decision?.hook_changed_since && h("p", { class: "hint" }, "The hook was changed since. This is what it would decide now."), trail(it)),
    it.action_id !== null && part("What became of it", actionPart(it.action_id)),
    part("What came", codeBox("Request", { text: body, headers: it.request_headers, missing: OMITTED[it.request_body_omitted], type: it.request_headers["content-type"] ?? "" })),
    part("What was answered", codeBox("Answer", { text: it.answer, headers: it.response_headers }))));
  pane.scrollTop = 0;
}

const part = (title, ...content) => h("section", { class: "part" }, h("h3", {}, title), content);
const keyed = (key, el) => { el.dataset.key = key; el.title = `${el.textContent} (${key})`; return el; };

function facts(it, filters) {
  const fact = (name, ...value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  const delivery = DELIVERIES.map((name) => it.request_headers[name]).find(Boolean);
  const event = it.event;
  return h("dl", { class: "facts" },
    fact("Came", h("time", { datetime: it.created_at, class: "num", title: zone(it.created_at) }, full(it.created_at)), h("span", { class: "dimmer" }, ` ${ago(it.created_at)}`)),
    fact("Event", event ? h("code", { class: "cut" }, visible(event)) : "unknown"),
    fact("From", h("span", { class: "num" }, it.ip_address || "unknown"), it.hook?.provider && h("span", { class: "dimmer" }, ` ${it.hook.provider}`)),
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
    control.closest(".pane-in").querySelector(".lead").after(h("p", { class: "fault", role: "alert" }, icon("stop"), error.message));
  }
}

async function copyCurl(it, body) {
  const { command, isLarge } = curl(it, body);
  await copy(command, isLarge ? "Copied, with the body as the file body.json. Masked values stand as ********." : "Copied. Masked values stand as ********.");
  if (isLarge) save("body.json", body);
}
