// Secrets that are shown this once: when a hook is made, when its secret is replaced, and when a token is made.
import { fill, h, icon } from "./dom.js";
import { button, code, copy, dialog, toast } from "./ui.js";
import { callsOfHook, rotate, test } from "./api.js";
import { address } from "./route.js";
import { ago, full } from "./time.js";
import { visible } from "./json.js";

/** A panel with values to copy. `isCopied` says whether one was, so that leaving before can ask. */
export function once(label, values, note) {
  let isCopied = false;
  const warn = (event) => { if (!isCopied && el.isConnected) event.preventDefault(); };
  addEventListener("beforeunload", warn);
  const copied = async (text) => { isCopied = true; await copy(text); };
  const el = h("section", { class: "once", "aria-label": label },
    values.map(([name, value]) => h("div", { class: "once-row" }, h("span", { class: "label" }, name), h("code", { class: "once-value", tabindex: "0" }, value), button(`Copy ${name.toLowerCase()}`, { kind: "small icon", glyph: "copy", onclick: () => copied(value) }))),
    h("p", { class: "hint" }, note));
  el.addEventListener("copy", () => { isCopied = true; });
  return {
    el,
    copyAll: () => copied(values.map(([, value]) => value).join("\n")),
    isSafe: () => isCopied || confirmed(),
    gone: () => removeEventListener("beforeunload", warn),
  };
  function confirmed() { isCopied = true; return false; }
}

const ONLY_TIME = [h("strong", {}, "This is the only time the secret is shown."), " If it gets lost, rotate it."];

const OVERLAPS = [[0, "None"], [3600, "1 hour"], [86400, "24 hours"], [604800, "7 days"]];

/** Asks how to replace a hook's secret, replaces it, and shows the new one once. */
export function rotateDialog(it, done) {
  let overlap = 86400;
  const own = h("input", { class: "field code", id: "own-secret", autocomplete: "off", spellcheck: "false", "aria-describedby": "rotate-fault" });
  const ownLine = h("div", { hidden: true }, h("label", { class: "label", for: "own-secret" }, "The provider's secret"), own);
  const until = h("p", { class: "hint", role: "status" });
  const fault = h("p", { class: "fault", role: "alert", id: "rotate-fault" });
  const say = () => fill(until, overlap ? `Until ${full(Date.now() + overlap * 1000)} both are accepted.` : "Calls signed with the old secret are refused at once.");
  const radio = (name, value, text, checked, pick) => h("label", { class: "check" }, h("input", { type: "radio", name, value: String(value), checked, onchange: pick }), text);
  const go = h("button", { type: "button", class: "btn primary" }, "Rotate secret");
  const el = dialog("Rotate the secret",
    h("fieldset", {}, h("legend", { class: "label" }, "The new secret"), radio("which", "new", "Make a new secret", true, () => { ownLine.hidden = true; }), radio("which", "own", "Use one from the provider", false, () => { ownLine.hidden = false; own.focus(); })), ownLine,
    h("fieldset", {}, h("legend", { class: "label" }, "The old secret stays valid for"), h("div", { class: "line" }, OVERLAPS.map(([seconds, text]) => radio("overlap", seconds, text, seconds === overlap, () => { overlap = seconds; say(); }))), until),
    fault, h("div", { class: "foot" }, button("Cancel", { onclick: () => el.close() }), go));
  say();
  el.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); go.click(); });
  go.addEventListener("click", async () => {
    go.disabled = true;
    try {
      const found = await rotate(it.id, { overlap_seconds: overlap, ...(!ownLine.hidden && { secret: own.value }) });
      el.close();
      showOnce(found, done);
    } catch (error) {
      fill(fault, icon("stop"), Object.values(error.errors ?? {}).flat()[0] ?? error.message);
      go.disabled = false;
    }
  });
}

function showOnce(found, done) {
  const values = secretsOf(found);
  if (values.length === 0) return done();
  const panel = once("New secret", values, ONLY_TIME.map((one) => one.cloneNode?.(true) ?? one));
  const el = dialog("The new secret", panel.el, h("div", { class: "foot" }, button("Copy", { glyph: "copy", onclick: panel.copyAll }), button("I have stored it", { kind: "primary", onclick: () => el.close() })));
  el.addEventListener("cancel", (event) => { if (!panel.isSafe()) event.preventDefault(); });
  el.addEventListener("close", () => { panel.gone(); done(); });
}

/** The secrets that an answer shows in clear, with their names. */
function secretsOf(hook, needs = []) {
  const label = (field, fallback) => needs.find((one) => one.field === field)?.description ?? fallback;
  const options = Object.entries(hook.provider_options ?? {}).filter(([name]) => needs.some((one) => one.field === `provider_options.${name}` && one.secret));
  return [...(hook.secret && hook.secret !== "********" ? [[label("secret", "Secret"), hook.secret]] : []), ...options.map(([name, value]) => [label(`provider_options.${name}`, name), String(value)])];
}

const OFTEN = 2000, SELDOM = 15_000, LONG = 600_000;

/** After a hook was made: its address and secret, what to do at the provider, and the wait for its first call. */
export function created(main, { hook, provider, steps, form, aside, sample }) {
  const who = provider?.title ?? "the sender";
  const secrets = secretsOf(hook, provider?.needs ?? []);
  const named = steps.find((one) => one.field === "url")?.name ?? "Address";
  const panel = once("Address and secret", [[named, hook.url], ...secrets], secrets.length ? ONLY_TIME : "This hook has no secret to show: see the provider's own page.");
  const here = `#/hooks/${encodeURIComponent(hook.id)}`;
  const leave = h("a", { class: "btn primary", href: here, onclick: (press) => {
    if (panel.isSafe()) return;
    press.preventDefault();
    toast("Nothing was copied yet. Press again to leave.");
  } }, secrets.length ? "I have stored the secret" : "Done");
  // The first step of the API is to make the hook.
  const shown = steps.length > 1 ? steps.slice(1).map((one) => code(one.text)) : ["Add a webhook at the sender, with the address above.", secrets.length ? ["Give it the secret as the key of an HMAC of the body, sent in ", h("code", {}, hook.secret_header_name ?? ""), "."] : null, "Send a test event."].filter(Boolean);
  form.classList.add("done");
  fill(form, h("nav", { class: "crumbs", "aria-label": "Where you are" }, h("a", { href: "#/hooks" }, "Hooks"), icon("right", "", 12), h("span", { "aria-current": "page" }, visible(hook.name))),
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
