// A hook in the making, or being changed: what may call it, what it starts, and beside each rule what the server makes of
// a sample.
import { fill, h, icon } from "./dom.js";
import { addButton, address, ago, button, choice, code, codeField, copyButton, crumbs, dim, field, once, onlyTime, pill, refocus, showFault, toast, toggle, waiting } from "./ui.js";
import { callsOfHook, changeHook, createHook, hook, hooks, isAbort, oneCall, provider as details, providers, remember, test } from "./api.js";
import { isJson, respelt, view, visible } from "./bodies.js";
import { callerOf, providerPicker, ruleEditor, rulesOf, schemeOf } from "./form.js";
import { secretsOf } from "./project.js";

const ACTIONS = ["deploy", "restart", "start", "stop", "provision", "reload", "configure", "remove", "delete", "get_status", "check_provisioned", "rotate_key"];
const RESOURCES = ["application", "daemon", "deployment", "server", "service", "cronjob", "credential", "network", "network-rule", "ssh-key", "ssl-certificate", "subnet", "virtual-host"];
const BLANK = { provider: "github", provider_options: {}, secret: "", scheme: { type: "hmac" }, name: "", action_type: "deploy", resource_type: "application", resource_id: null, pipeline_id: null, trigger_when: { conditions: [] }, settings: { variables: [] } };

// A call of a provider of one's own.
const ANY = { headers: { "content-type": "application/json" }, query: "", event: null, body: '{\n  "event": "build.done",\n  "ref": "main",\n  "id": 42,\n  "ok": true\n}' };

export function formPage(main, parts, params) {
  const id = parts[1] === "new" ? null : parts[1];
  const request = new AbortController();
  let form = null;
  fill(main, h("h1", { class: "sr" }, id ? "Edit hook" : "New hook"));
  (async () => {
    const place = h("div", { class: "page" });
    main.append(place);
    const ready = waiting(place);
    try {
      const [all, it, call] = await Promise.all([providers(), id && hook(id), params.get("from") && oneCall(params.get("from"), request.signal).catch(() => null)]);
      ready();
      if (!request.signal.aborted) form = draw(main, { it, all, call, wanted: params.get("provider") });
    } catch (error) {
      ready();
      if (!isAbort(error)) showFault(place, id ? "The hook" : "The form", error, null, id && "It may have been deleted.");
    }
  })();
  return { leave() { request.abort(); form?.leave(); } };
}

function draw(main, { it, all, call, wanted }) {
  const draft = respelt(JSON.stringify({ ...BLANK, ...it }));
  draft.provider ??= "";
  const isOwn = draft.provider === "custom";
  if (isOwn) Object.assign(draft, { provider: "", scheme: schemeOf(it) });
  if (!it && all.some((one) => one.name === wanted)) draft.provider = wanted;
  const title = it ? "Edit hook" : "New hook";
  let [headers, body, event, query] = [{}, "", "", ""];
  let its = null; // the provider with its steps and samples
  let result = null, turn = 0, timer = null, asked = new AbortController(), base = it?.updated_at, waiter = null;

  const picker = it && !isOwn ? null : providerPicker(draft, all, changed, isOwn);
  const rules = ruleEditor(draft, run);
  const verdict = h("div", { class: "verdict", role: "status" });
  const short = h("a", { class: "short", href: "#dry", onclick: (press) => { press.preventDefault(); aside.scrollIntoView({ block: "start" }); } }, "Dry run");
  const job = h("div", { class: "code", tabindex: "0", role: "region", "aria-label": "The job" });
  const payload = h("div", { class: "payload" });
  const fault = h("div", { role: "alert" });
  const samples = h("select", { class: "field", "aria-label": "Sample", onchange: () => choose(samples.value) });
  const send = it && button("Send it", { kind: "small", onclick: sendIt });
  const submit = h("button", { class: "btn primary" }, it ? "Save" : "Create hook");
  const eventField = codeField("", { "aria-label": "Event", placeholder: "event", oninput: () => { event = eventField.value; run(); } });

  const aside = h("aside", { class: "dry", id: "dry", "aria-label": "Dry run" },
    h("div", { class: "dry-head" }, h("h2", {}, "Dry run"), dim("Nothing is queued."), h("span", { class: "grow" }), eventField, samples),
    verdict,
    h("div", { class: "codebox" }, h("div", { class: "codebar" }, h("h3", {}, "Payload"), h("span", { class: "meta" }, "Press a name to make it a variable"), h("span", { class: "grow" }), toggle("Payload", [["tree", "Read"], ["edit", "Edit"]], "tree", drawPayload)), payload),
    h("div", { class: "codebox" }, h("div", { class: "codebar" }, h("h3", {}, "Job"), h("span", { class: "meta" }, "what your pipeline gets"), h("span", { class: "grow" }), send, copyButton("Copy the job", () => JSON.stringify(result?.job ?? null, null, 2), "quiet small icon")), job));

  const home = address(it ? ["hooks", it.id] : ["hooks"]);
  const form = h("form", { class: "new-form", novalidate: true, onsubmit: save },
    crumbs([["Hooks", "hooks"], ...(it ? [[visible(it.name), "hooks", it.id]] : [])], it ? "Edit" : title), h("h1", { tabindex: "-1" }, title), picker && part("Who calls it", picker.el),
    part("What it starts", h("div", { class: "grid-form" },
      label("Name", "name", h("input", { class: "field", value: draft.name, maxlength: 100, autocomplete: "off", placeholder: "Deploy shop on push to main", oninput: (press) => { draft.name = press.target.value; } }), "wide"),
      label("Action", "action_type", choice(ACTIONS, draft.action_type, (value) => { draft.action_type = value; run(); })),
      label("Resource", "resource_type", choice(RESOURCES, draft.resource_type, (value) => { draft.resource_type = value; run(); })),
      label("Id", "resource_id", number(draft.resource_id, "42", (value) => { draft.resource_id = value; run(); })),
      label("Pipeline", "pipeline_id", number(draft.pipeline_id, "none", (value) => { draft.pipeline_id = value; run(); })))),
    part("Which calls run", h("p", { class: "hint" }, "All must hold. A call that is kept out is answered 200, so that the provider does not send it again."), rules.conditions, h("div", { class: "line" }, addButton("Add a condition", rules.addCondition), addButton("Add “any of”", rules.addGroup))),
    part("What the job gets", rules.variables, addButton("Add a variable", () => rules.add("", ""))),
    fault, h("div", { class: "form-foot" }, short, h("span", { class: "grow" }), h("a", { class: "btn quiet", href: home }, "Cancel"), submit));
  fill(main, h("div", { class: "newhook" }, form, aside));
  document.title = `${title} · Pipehook`;
  refocus(main);
  drawPayload("tree");
  if (call && call.text !== null) use(call);
  learn();

  // A change of the provider brings its samples; any other change only asks again.
  function changed() {
    if (draft.provider === (its?.name ?? "")) run();
    else { call = null; learn(); }
  }

  async function learn() {
    const name = draft.provider;
    its = name ? await details(name).catch(() => null) : null;
    if (name !== draft.provider) return;
    its ??= { name, steps: [], samples: [] };
    if (!call || call.text === null) take(its.samples[0] ?? ANY);
    offer();
    run(0);
  }

  function take(sample) {
    [headers, body, event, query] = [sample.headers, sample.body, "", sample.query];
    Object.assign(eventField, { value: "", placeholder: sample.event ?? "event" });
    drawPayload("tree");
  }

  function use(found) {
    take({ headers: Object.fromEntries(Object.entries(found.request_headers).slice(0, 100)), body: found.text ?? "", query: found.request_query, event: found.event });
  }

  async function offer() {
    const option = (value, text) => h("option", { value, selected: value === call?.id }, text);
    fill(samples, call && option(call.id, "The call that you came from"), (its.samples.length ? its.samples : [ANY]).map((one, n) => option(String(n), `Sample: ${one.event ?? "a call"}${one.test ? " (a test)" : ""}`)));
    // Of a new hook: of another one of this provider.
    const { name } = its;
    const like = it ?? (name && (await hooks({ provider: name }).catch(() => null))?.items[0]);
    const last = like ? await callsOfHook(like.id, 5).catch(() => []) : [];
    if (name === its.name) samples.append(...last.filter((one) => one.outcome !== "rejected" && one.id !== call?.id).map((one) => option(one.id, `${one.outcome}, ${new Date(one.created_at).toLocaleString()}`)));
  }

  async function choose(value) {
    if (/^\d+$/.test(value)) take(its.samples[value] ?? ANY);
    else { try { use(await oneCall(value)); } catch (error) { return toast(error.message); } }
    run(0);
  }

  function drawPayload(how) {
    if (how === "edit") return fill(payload, h("textarea", { class: "field code edit", "aria-label": "Payload as text", spellcheck: "false", value: body, oninput: (press) => { body = press.target.value; run(); } }));
    if (!isJson(body)) return fill(payload, h("p", { class: "code" }, body ? dim("This is not JSON. Switch to Edit to read it.") : dim("The body is empty.")));
    const picked = (path, text) => rules.add(path.split(".").at(-1).replace(/\W/g, "_"), path, text[0] === "[" ? "array" : text[0] === "{" ? "object" : /^-?\d+$/.test(text) ? "integer" : /^-?\d/.test(text) ? "number" : /^[tf]/.test(text) ? "boolean" : "string");
    fill(payload, h("div", { class: "code", tabindex: "0", role: "region", "aria-label": "Payload" }, view(body, { open: 2, onpick: picked })));
  }

  function written() {
    const { name, action_type, resource_type, resource_id, pipeline_id } = draft;
    const caller = picker ? callerOf(draft, picker.chosen()) : {};
    return { name, action_type, resource_type, resource_id, ...((it || pipeline_id) && { pipeline_id }), ...caller, ...rulesOf(draft) };
  }

  // The dry run asks about a hook that is complete: what is not filled in yet must not keep it from answering.
  function trial() {
    const whole = { ...written(), name: draft.name || "New hook", resource_id: draft.resource_id ?? 1, ...(!picker && callerOfSaved(it)) };
    if (picker && whole.verification && whole.verification.type !== "basic") whole.verification.header ??= "x-signature";
    else if (picker && whole.verification) whole.provider_options ??= { username: "…" };
    for (const { field, required } of picker?.chosen()?.needs ?? []) if (required && field === "secret" && !whole.secret) whole.secret = "0123456789abcdef0123456789abcdef";
    return whole;
  }

  // 300 ms after the last stroke; an answer to an older draft is dropped, and the old one stays until then.
  function run(after = 300) {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++turn;
      asked.abort();
      asked = new AbortController();
      try {
        const found = await test({ hook: trial(), headers, query, body, event, signal: asked.signal });
        if (mine === turn) { result = found; drawResult(); }
      } catch (error) {
        if (mine === turn && !isAbort(error)) unanswered(error);
      }
    }, after);
  }

  function unanswered(error) {
    const first = Object.entries(error.errors ?? {})[0];
    verdict.className = "verdict is-ignored";
    rules.clear();
    fill(short, "Dry run");
    fill(verdict, icon("ring"), first ? h("div", {}, h("strong", {}, "Not complete yet. "), dim(first[1][0].replaceAll("hook.", ""))) : h("div", {}, h("strong", {}, "The dry run did not answer. "), dim(`You can still ${it ? "save" : "create"} the hook.`)));
  }

  function drawResult() {
    const pipeline = draft.pipeline_id ? `, pipeline ${draft.pipeline_id}` : "";
    const would = { queued: ["A call like this would run", `${draft.action_type.replaceAll("_", " ")} ${draft.resource_type} ${draft.resource_id ?? "…"}${pipeline}`], ignored: ["A call like this would be ignored", result.response.message], failed: ["A call like this would be refused", result.response.message] }[result.outcome];
    verdict.className = `verdict is-${result.outcome}`;
    fill(verdict, pill(result.outcome, { brief: true }), h("div", {}, h("strong", {}, would[0]), dim(" ", visible(would[1]))));
    fill(short, pill(result.outcome, { brief: true }), { queued: "Would run", ignored: "Would be ignored", failed: "Would be refused" }[result.outcome]);
    rules.show(result);
    fill(job, result.job ? view(JSON.stringify(result.job), { open: 3 }) : dim("No job."));
  }

  async function sendIt() {
    send.disabled = true;
    try {
      const made = await test({ id: it.id, headers, query, body, event, send: true });
      toast(`Sent with the rules as they are saved: ${made.outcome}.`);
      if (made.request_id) location.hash = `#/calls/${made.request_id}`;
    } catch (error) { toast(error.message); }
    send.disabled = false;
  }

  async function save(press) {
    press.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    for (const old of form.querySelectorAll(".field-fault")) old.remove();
    for (const old of form.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
    fill(fault);
    try {
      if (it) await saveChange();
      else done(await createHook(written()));
    } catch (error) { refused(error); }
    submit.disabled = false;
  }

  async function saveChange() {
    const now = await hook(it.id);
    if (now.updated_at !== base) {
      base = now.updated_at;
      return fill(fault, h("p", { class: "fault" }, icon("stop"), "Somebody else changed this hook. ", h("a", { class: "link", href: home }, "See their version"), " or press Save again to save yours over it."));
    }
    await changeHook(it.id, written());
    toast("Saved.");
    location.hash = home;
  }

  // Each message stands under its field, and the first has the focus.
  function refused(error) {
    const left = [];
    let first = null;
    for (const [field, messages] of Object.entries(error.errors ?? {})) {
      const place = form.querySelector(`[data-field="${CSS.escape(field)}"]`) ?? form.querySelector(`[data-field="${CSS.escape(field.split(".").slice(0, 3).join("."))}"]`);
      if (!place) { left.push(...messages); continue; }
      place.closest("details")?.setAttribute("open", "");
      const control = place.querySelector("input, select");
      control?.setAttribute("aria-invalid", "true");
      place.append(h("p", { class: "fault field-fault" }, messages.join(" ")));
      first ??= control;
    }
    if (left.length || !first) fill(fault, h("p", { class: "fault" }, icon("stop"), left.length ? left.join(" ") : error.message));
    first?.focus();
  }

  function done(made) {
    remember(made);
    waiter = created(main, { hook: made, provider: picker.chosen(), steps: its.steps, form, aside, sample: { headers, query, body, event } });
  }

  return { leave() { clearTimeout(timer); asked.abort(); waiter?.leave(); } };
}

// How a hook that exists knows its callers. Its secrets are masked, and a dry run needs none.
function callerOfSaved(it) {
  const options = Object.fromEntries(Object.entries(it.provider_options ?? {}).filter(([, value]) => value !== "********"));
  if (it.provider) return { provider: it.provider, provider_options: options, ...(!it.requires_secret && { requires_secret: false }) };
  return it.requires_secret ? { requires_secret: true, secret_header_name: it.secret_header_name, secret_algorithm: it.secret_algorithm } : { requires_secret: false };
}

const part = (title, ...content) => h("section", { class: "form-part" }, h("h2", {}, title), content);

const label = (text, of, control, kind) => field(text, `f-${of}`, control, { of, kind });

function number(value, hint, pick) {
  return h("input", { class: "field num", inputmode: "numeric", placeholder: hint, value: value === null ? "" : String(value), autocomplete: "off", oninput: (press) => pick(/^\d+$/.test(press.target.value.trim()) ? Number(press.target.value) : null) });
}

const OFTEN = 2000, SELDOM = 15_000, LONG = 600_000;

/** After a hook was made: its address and secret, what to do at the provider, and the wait for its first call. */
function created(main, { hook, provider, steps, form, aside, sample }) {
  const who = provider?.title ?? "the sender";
  const secrets = secretsOf(hook, provider?.needs ?? []);
  const named = steps.find((one) => one.field === "url")?.name ?? "Address";
  const panel = once("Address and secret", [[named, hook.url], ...secrets], secrets.length ? onlyTime("secret", "rotate it") : "This hook has no secret to show: see the provider's own page.");
  const leave = h("a", { class: "btn primary", href: address(["hooks", hook.id]), onclick: (press) => {
    if (panel.isSafe()) return;
    press.preventDefault();
    toast("Nothing was copied yet. Press again to leave.");
  } }, secrets.length ? "I have stored the secret" : "Done");
  // The first step of the API is to make the hook.
  const shown = steps.length > 1 ? steps.slice(1).map((one) => code(one.text)) : ["Add a webhook at the sender, with the address above.", secrets.length ? ["Give it the secret. It has to send ", code(hook.proven_by), "."] : null, "Send a test event."].filter(Boolean);
  form.classList.add("done");
  fill(form, crumbs([["Hooks", "hooks"]], visible(hook.name)),
    h("h1", { tabindex: "-1" }, `Now connect ${who}`), panel.el,
    h("ol", { class: "steps big" }, shown.map((one) => h("li", {}, one))), provider?.guide && h("p", { class: "hint" }, h("a", { class: "link", href: provider.guide, rel: "noopener" }, `${provider.title}'s own page`)),
    h("div", { class: "form-foot" }, h("span", { class: "grow" }), button(secrets.length ? "Copy address and secret" : "Copy the address", { glyph: "copy", onclick: panel.copyAll }), leave));
  document.title = `Now connect ${who} · Pipehook`;
  scrollTo(0, 0);
  form.querySelector("h1").focus();

  let timer = null;
  let isOver = false;
  const from = Date.now();
  const show = (call) => fill(aside, h("div", { class: `wait${call ? " done" : ""}`, role: "status" }, icon(call ? "check" : "busy", call ? "" : "spin", 28), h("h2", {}, title(call)), h("p", { class: "dim" }, words(call)),
    call ? h("a", { class: "btn", href: address(["calls", call.id], { hook: hook.id }) }, "See the call") : button("Send a test call instead", { onclick: trial })));
  const title = (call) => !call ? "Waiting for the first call" : call.outcome === "rejected" ? "A call came, but was not signed with this secret" : call.test ? "Your test call has come through" : `${provider ? provider.title : "The sender"} has reached the hook`;
  const words = (call) => !call ? "It shows here as soon as it comes. You need not reload." : call.outcome === "rejected" ? "Look at the secret at the provider. The call says what was wrong." : `It came ${ago(call.created_at)}${call.test ? "" : hook.requires_secret ? ", signed with the right secret" : ""}. ${call.outcome === "queued" ? "Its job is on the queue." : "It was not one that runs."}`;

  async function trial(press) {
    press.target.disabled = true;
    try { await test({ id: hook.id, ...sample, send: true }); look(); } catch (error) { toast(error.message); press.target.disabled = false; }
  }

  async function look() {
    clearTimeout(timer);
    let first = null;
    if (!document.hidden) try { [first] = await callsOfHook(hook.id, 1); } catch { /* The next round may be answered. */ }
    if (isOver) return;
    if (first) show(first);
    if (!first || first.outcome === "rejected") timer = setTimeout(look, Date.now() - from < LONG ? OFTEN : SELDOM);
  }

  show(null);
  look();
  return { leave() { isOver = true; clearTimeout(timer); panel.gone(); fill(panel.el); } };
}
