// The hooks of the project, and one of them: its address, its secret, its rules, and its last calls.
import { fill, h, icon } from "./dom.js";
import { button, code, copyButton, danger, empty, pill, refocus, showFault, toast, waiting } from "./ui.js";
import { callsOfHook, changeHook, deleteHook, hook, hooks, isAbort, providers } from "./api.js";
import { address } from "./route.js";
import { forget, remember } from "./names.js";
import { clock, day, full, until, zone } from "./time.js";
import { visible } from "./json.js";
import { sentence } from "./trail.js";
import { rotateDialog } from "./secret.js";
import { doing } from "./rows.js";

export function hooksPage(main, parts, params) {
  let request = new AbortController();
  let shown = [];
  let more = null;
  let timer = null;
  let words = params.get("q") ?? "";
  const find = h("input", { class: "field", type: "search", "aria-label": "Find a hook", placeholder: "Find a hook by its name", value: words, maxlength: 100, oninput: () => {
    words = find.value.trim();
    history.replaceState(null, "", address(["hooks"], { q: words }));
    clearTimeout(timer);
    timer = setTimeout(anew, 250);
  } });
  const body = h("div", {});
  const foot = h("div", { class: "rows-foot" });
  fill(main, h("div", { class: "page" }, h("div", { class: "head" }, h("h1", {}, "Hooks"), h("span", { class: "grow" }), h("a", { class: "btn primary", href: "#/hooks/new" }, icon("plus"), "New hook")), h("div", { class: "filters find-line" }, find), body, foot));
  load();

  function anew() {
    request.abort();
    request = new AbortController();
    [shown, more] = [[], null];
    load();
  }

  async function load() {
    const ready = shown.length ? () => {} : waiting(body);
    try {
      const found = await hooks({ name: words || null }, { query: more, signal: request.signal });
      ready();
      found.items.forEach(remember);
      shown.push(...found.items);
      more = found.more;
      draw();
    } catch (error) {
      ready();
      if (!isAbort(error)) showFault(shown.length ? foot : body, "The hooks could not be read", error, load);
    }
  }

  function draw() {
    if (shown.length === 0 && !more) {
      fill(foot);
      return fill(body, words ? empty("No hook matches", "No hook of the project has this in its name.", button("Clear", { onclick: () => { find.value = ""; find.dispatchEvent(new Event("input")); find.focus(); } }))
        : empty("No hooks yet", "A hook is an address that a provider calls.", h("a", { class: "btn primary", href: "#/hooks/new" }, "New hook")));
    }
    fill(body, h("div", { class: "scroll" }, h("table", { class: "plain links" }, h("thead", {}, h("tr", {}, ["Name", "State", "Provider", "Starts", "Proof", "Changed"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, shown.map(row)))));
    fill(foot, more ? button("Show more hooks", { kind: "quiet", onclick: load }) : h("p", { class: "dimmer" }, "That is all."));
  }

  function row(it) {
    return h("tr", {}, h("td", {}, h("a", { class: "go strong", href: `#/hooks/${encodeURIComponent(it.id)}` }, visible(it.name))), h("td", {}, onOff(it)), h("td", {}, it.provider ?? h("span", { class: "dim" }, "own header")),
      h("td", {}, doing(it)[0]), h("td", { class: it.proof === "none" ? "warned" : "dim" }, it.proof), h("td", {}, h("time", { class: "num dim", datetime: it.updated_at, title: zone(it.updated_at) }, full(it.updated_at))));
  }

  return { move() {}, key(event) { if (event.key === "/") { event.preventDefault(); find.focus(); } }, leave() { clearTimeout(timer); request.abort(); } };
}

const onOff = (it) => h("span", { class: `state ${it.active ? "on" : "off"}` }, it.active ? "On" : "Off");

export function hookPage(main, [, id]) {
  let it = null;
  let isGone = false;
  const page = h("div", { class: "page narrow" }, h("h1", { class: "sr" }, "Hook"));
  fill(main, page);
  load();

  async function load() {
    const ready = waiting(page);
    try {
      it = await hook(id);
      remember(it);
      const [provider, calls] = await Promise.all([providerOf(it), callsOfHook(id, 5).catch((error) => error)]);
      ready();
      if (!isGone) draw(provider, calls);
    } catch (error) {
      ready();
      const gone = error.status === 404 || error.status === 422;
      showFault(page, gone ? "The hook does not exist" : "The hook could not be read", gone ? { message: "It may have been deleted, or belong to another project." } : error, gone ? null : load);
    }
  }

  function draw(provider, calls) {
    const toggle = h("button", { type: "button", class: "switch", role: "switch", "aria-checked": String(it.active), onclick: () => change({ active: !it.active }) }, it.active ? "On" : "Off");
    const fact = (name, ...value) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
    fill(page,
      h("nav", { class: "crumbs", "aria-label": "Where you are" }, h("a", { href: "#/hooks" }, "Hooks"), icon("right", "", 12), h("span", { "aria-current": "page" }, visible(it.name))),
      h("div", { class: "head" }, h("h1", { tabindex: "-1" }, visible(it.name)), toggle, h("span", { class: "grow" }), h("a", { class: "btn", href: address(["hooks", id, "edit"]) }, icon("edit"), "Edit and test")),
      it.active ? null : h("div", { class: "banner" }, icon("pause"), h("span", {}, "This hook is off: its calls are answered 200 and ignored."), h("span", { class: "grow" }), button("Switch on", { kind: "small", onclick: () => change({ active: true }) })),
      it.requires_secret ? null : h("div", { class: "banner is-rejected" }, icon("shield"), "Anyone who knows the address can start this."),
      h("dl", { class: "facts one-column" },
        fact("Address", h("code", { class: "cut" }, it.url), copyButton("Copy the address", it.url, "quiet small icon")),
        fact("Provider", it.provider ? provider?.title ?? it.provider : [it.secret_header_name ? ["signed in ", h("code", {}, it.secret_header_name)] : "any"], h("span", { class: "dimmer" }, ` · proof: ${it.proof}`), provider?.guide && [" · ", h("a", { class: "link", href: provider.guide, rel: "noopener" }, "Set-up at the provider")]),
        it.requires_secret ? fact("Secret", h("code", {}, it.secret || "none yet"), " ", button("Rotate", { kind: "small", onclick: () => rotateDialog(it, load) }), it.previous_secret_valid_until && h("span", { class: "dim" }, ` The one before is valid until ${full(it.previous_secret_valid_until)} (${until(it.previous_secret_valid_until)}).`)) : null,
        fact("Starts", doing(it)[0], it.pipeline_id ? h("span", { class: "dimmer" }, ` · pipeline ${it.pipeline_id}`) : null),
        fact("Changed", h("time", { class: "num", datetime: it.updated_at, title: zone(it.updated_at) }, full(it.updated_at)), it.created_by_user && h("span", { class: "dimmer" }, " · made by ", visible(it.created_by_user.name)))),
      part("Last calls", lastCalls(calls)), part("Which calls run", rules()), part("What the job gets", variables()),
      h("section", { class: "part" }, h("h2", {}, "Delete"), h("p", { class: "dim" }, "Its address answers 404 at once. Its calls stay readable for 30 days and cannot be retried."), button("Delete hook", { kind: "danger", onclick: remove })));
    document.title = `${it.name} · Pipehook`;
    refocus(page);
  }

  function lastCalls(calls) {
    if (!Array.isArray(calls)) return h("p", { class: "fault", role: "alert" }, calls.message);
    if (calls.length === 0) return h("p", { class: "dim" }, "None yet. Send a test event at the provider, or ", h("a", { class: "link", href: address(["hooks", id, "edit"]) }, "try it here"), ".");
    return [h("table", { class: "plain links" }, h("tbody", {}, calls.map((one) => h("tr", {}, h("td", {}, h("a", { class: "go", href: address(["calls", one.id], { hook: id }) }, pill(one.outcome), " ", h("span", { class: "num dimmer" }, one.response_status_code))), h("td", {}, code(one.message)), h("td", { class: "num dim" }, h("time", { datetime: one.created_at }, `${day(one.created_at)}, ${clock(one.created_at)}`)))))), h("p", { class: "hint" }, h("a", { class: "link", href: address(["calls"], { hook: id }) }, "All calls of this hook"))];
  }

  function rules() {
    const { conditions } = it.trigger_when;
    if (conditions.length === 0) return h("p", { class: "dim" }, "Every authentic call.");
    return h("ul", { class: "sentences" }, conditions.map((one) => h("li", {}, one.name ? [h("strong", {}, visible(one.name)), ": "] : null, one.any ? ["any of ", h("ul", { class: "sentences" }, one.any.map((inner) => h("li", {}, sentence(inner))))] : sentence(one))));
  }

  function variables() {
    const found = it.settings.variables;
    if (found.length === 0) return h("p", { class: "dim" }, "No variables.");
    return h("ul", { class: "sentences" }, found.map((one) => h("li", {}, h("code", {}, visible(one.name)), h("span", { class: "dim" }, ` is the ${one.type} at `), h("code", {}, visible(one.path)), h("span", { class: "dim" }, one.default_value !== null ? ", else " : one.required ? ", and required" : ", left out if it is not there"), one.default_value !== null ? h("code", {}, visible(JSON.stringify(one.default_value))) : null)));
  }

  async function change(fields) {
    try { await changeHook(id, { name: it.name, ...fields }); toast("Changed."); } catch (error) { return page.prepend(h("p", { class: "fault", role: "alert" }, icon("stop"), error.message)); }
    load();
  }

  function remove() {
    danger("Delete this hook?", "Its address answers 404 at once. Its calls stay readable for 30 days and cannot be retried.", it.name, "Delete hook", async () => {
      await deleteHook(id);
      forget(id);
      toast("The hook was deleted.");
      location.hash = "#/hooks";
    });
  }

  return { move(parts) { if (parts[1] !== id) { isGone = true; Object.assign(this, hookPage(main, parts)); } }, key(event) { if (event.key === "e") location.hash = address(["hooks", id, "edit"]); }, leave() { isGone = true; } };
}

const part = (title, ...content) => h("section", { class: "part" }, h("h2", {}, title), content);

async function providerOf(it) {
  if (!it.provider) return null;
  try { return (await providers()).find((one) => one.name === it.provider) ?? null; } catch { return null; }
}
