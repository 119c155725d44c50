// What belongs to a project: its hooks, with their addresses, secrets, rules and last calls, and who has access to it.
import { fill, h, icon } from "./dom.js";
import { address, ago, alert, ask, button, choice, chosen, clock, code, codeField, copyButton, crumbs, danger, day, dim, dimmer, empty, fact, field, full, onceDialog, onlyTime, part, pill, refocus, showFault, table, toast, until, waiting, when } from "./ui.js";
import { calls, callsOfHook, changeHook, createToken, deleteHook, forget, hook, hooks, isAbort, providers, remember, revokeToken, rotate, titleOf, tokens, users } from "./api.js";
import { plain, visible } from "./bodies.js";
import { doing } from "./list.js";
import { sentence } from "./call.js";

export function hooksPage(main, parts, params) {
  let request = new AbortController();
  let shown = [];
  let more = null;
  let timer = null;
  let last = null;
  let lately = null; // the newest calls
  let { q: words = "", active = "" } = chosen(params, { q: (text) => text.length <= 100, active: (text) => ["true", "false"].includes(text) });
  const find = h("input", { class: "field", type: "search", "aria-label": "Find a hook", placeholder: "Find a hook by its name", value: words, maxlength: 100, oninput: change });
  const which = choice([["", "On and off"], ["true", "On"], ["false", "Off"]], active, change, "State");
  const body = h("div", {});
  const foot = h("div", { class: "rows-foot" });
  fill(main, h("div", { class: "page" }, h("div", { class: "head" }, h("h1", {}, "Hooks"), h("span", { class: "grow" }), h("a", { class: "btn primary", href: "#/hooks/new" }, icon("plus"), "New hook")), h("div", { class: "filters find-line" }, find, which), body, foot));
  load();

  function change() {
    [words, active] = [find.value.trim(), which.value];
    history.replaceState(null, "", address(["hooks"], { q: words, active }));
    clearTimeout(timer);
    timer = setTimeout(anew, 250);
  }

  function anew() {
    request.abort();
    request = new AbortController();
    [shown, more] = [[], null];
    load();
  }

  async function load() {
    const ready = shown.length ? () => {} : waiting(body);
    try {
      const [found] = await Promise.all([hooks({ name: words, active }, { query: more, signal: request.signal }), (lately ??= newest()), providers().catch(() => null)]);
      last = await lately;
      ready();
      found.items.forEach(remember);
      shown.push(...found.items);
      more = found.more;
      draw();
    } catch (error) {
      ready();
      if (!isAbort(error)) showFault(shown.length ? foot : body, "The hooks", error, load);
    }
  }

  function draw() {
    if (shown.length === 0 && !more) {
      fill(foot);
      return fill(body, words || active ? empty("No hook matches", "No hook of the project is like this.", button("Clear the filters", { onclick: () => { find.value = which.value = ""; change(); find.focus(); } }))
        : empty("No hooks yet", "A hook is an address that a provider calls.", h("a", { class: "btn primary", href: "#/hooks/new" }, "New hook")));
    }
    fill(body, table(["Name", "State", "Provider", "Starts", "Proof", "Last call"], shown.map(row), "links"));
    fill(foot, more ? button("Show more hooks", { kind: "quiet", onclick: load }) : h("p", { class: "dimmer" }, "That is all."));
  }

  function row(it) {
    return [h("a", { class: "go strong", href: address(["hooks", it.id]) }, h("span", {}, visible(it.name))), h("span", { class: `state ${it.active ? "on" : "off"}` }, it.active ? "On" : "Off"), titleOf(it), doing(it)[0], h("span", { class: it.proof === "none" ? "warned" : "dim" }, it.proof), dim(lastOf(it))];
  }

  function lastOf(it) {
    const at = last.of.get(it.id);
    return at ? when(at, ago(at)) : last.before ? ["before ", when(last.before, `${day(last.before)}, ${clock(last.before)}`)] : last.isWhole ? "none in 30 days" : "unknown";
  }

  return { key(event) { if (event.key === "/") { event.preventDefault(); find.focus(); } }, leave() { clearTimeout(timer); request.abort(); } };
}

// When each hook was last called, as far as the newest calls say. One question serves all rows, where one for each hook would
// be a hundred. Rejected calls do not count: anyone can make them.
async function newest() {
  const found = await calls({ outcome: "queued,ignored,failed" }).catch(() => null);
  return { of: new Map(found?.items.toReversed().map((one) => [one.hook_id, one.created_at])), before: found?.more && found.items.at(-1)?.created_at, isWhole: found && !found.more };
}

const GONE = "Its address answers 404 at once. Its calls stay readable for 30 days and cannot be retried.";

export function hookPage(main, [, id]) {
  let it = null;
  let isGone = false;
  const page = h("div", { class: "page narrow" }, h("h1", { class: "sr" }, "Hook"));
  fill(main, page);
  load();

  async function load() {
    const ready = it ? () => {} : waiting(page);
    try {
      it = await hook(id);
      remember(it);
      const [provider, calls] = await Promise.all([providers().then((all) => all.find((one) => one.name === it.provider), () => null), callsOfHook(id, 5).catch((error) => error)]);
      ready();
      if (!isGone) draw(provider, calls);
    } catch (error) {
      ready();
      showFault(page, "The hook", error, load, "It may have been deleted, or belong to another project.");
      page.prepend(h("h1", { class: "sr" }, "Hook"));
    }
  }

  function draw(provider, calls) {
    const toggle = h("button", { type: "button", class: "switch", role: "switch", "aria-checked": String(it.active), onclick: () => change({ active: !it.active }) }, it.active ? "On" : "Off");
    fill(page,
      crumbs([["Hooks", "hooks"]], visible(it.name)),
      h("div", { class: "head" }, h("h1", { tabindex: "-1" }, visible(it.name)), toggle, h("span", { class: "grow" }), h("a", { class: "btn", href: address(["hooks", id, "edit"]) }, icon("edit"), "Edit and test")),
      it.active ? null : h("div", { class: "banner" }, icon("pause"), h("span", {}, "This hook is off: its calls are answered 200 and ignored."), h("span", { class: "grow" }), button("Switch on", { kind: "small", onclick: () => change({ active: true }) })),
      it.requires_secret ? null : h("div", { class: "banner is-rejected" }, icon("shield"), "Anyone who knows the address can start this."),
      h("dl", { class: "facts one-column" },
        fact("Address", h("code", { class: "cut" }, it.url), copyButton("Copy the address", it.url, "quiet small icon")),
        fact("Provider", titleOf(it), dimmer(` · proof: ${it.proof}`, it.requires_secret && [", ", code(it.proven_by)]), provider?.guide && [" · ", h("a", { class: "link", href: provider.guide, rel: "noopener" }, "Set-up at the provider")]),
        it.requires_secret ? fact("Secret", h("code", {}, it.secret || "none yet"), " ", it.secret_since && dimmer("since ", when(it.secret_since)), " ", button("Rotate", { kind: "small", onclick: () => rotateDialog(it, load) }), it.previous_secret_valid_until && dim(` The one before is valid until ${full(it.previous_secret_valid_until)} (${until(it.previous_secret_valid_until)}).`)) : null,
        fact("Starts", doing(it)[0], it.pipeline_id ? dimmer(` · pipeline ${it.pipeline_id}`) : null),
        fact("Changed", when(it.updated_at), it.created_by_user && dimmer(" · made by ", visible(it.created_by_user.name)))),
      part("Last calls", lastCalls(calls)), part("Which calls run", rules()), part("What the job gets", variables()),
      part("Delete", h("p", { class: "dim" }, GONE), button("Delete hook", { kind: "danger", onclick: remove })));
    document.title = `${plain(it.name)} · Pipehook`;
    refocus(page);
  }

  function lastCalls(calls) {
    if (!Array.isArray(calls)) return alert(calls.message);
    if (calls.length === 0) return h("p", { class: "dim" }, "None yet. Send a test event at the provider, or ", h("a", { class: "link", href: address(["hooks", id, "edit"]) }, "try it here"), ".");
    return [h("table", { class: "plain links" }, h("tbody", {}, calls.map((one) => h("tr", {}, h("td", {}, h("a", { class: "go", href: address(["calls", one.id], { hook: id }) }, pill(one.outcome), " ", h("span", { class: "num dimmer" }, one.response_status_code))), h("td", {}, code(one.message)), h("td", { class: "dim" }, when(one.created_at, `${day(one.created_at)}, ${clock(one.created_at)}`)))))), h("p", { class: "hint" }, h("a", { class: "link", href: address(["calls"], { hook: id }) }, "All calls of this hook"))];
  }

  function rules() {
    const { conditions } = it.trigger_when;
    if (conditions.length === 0) return h("p", { class: "dim" }, "Every authentic call.");
    return h("ul", { class: "sentences" }, conditions.map((one) => h("li", {}, one.name ? [h("strong", {}, visible(one.name)), ": "] : null, one.any ? ["any of ", h("ul", { class: "sentences" }, one.any.map((inner) => h("li", {}, sentence(inner))))] : sentence(one))));
  }

  function variables() {
    const found = it.settings.variables;
    if (found.length === 0) return h("p", { class: "dim" }, "No variables.");
    return h("ul", { class: "sentences" }, found.map((one) => h("li", {}, h("code", {}, visible(one.name)), dim(` is the ${one.type} at `), h("code", {}, visible(one.path)), dim(one.default_value !== null ? ", else " : one.required ? ", and required" : ", left out if it is not there"), one.default_value !== null ? h("code", {}, visible(JSON.stringify(one.default_value))) : null)));
  }

  async function change(fields) {
    try { await changeHook(id, { name: it.name, ...fields }); toast("Changed."); } catch (error) { return page.prepend(alert(error.message)); }
    load();
  }

  function remove() {
    danger("Delete this hook?", GONE, it.name, "Delete hook", async () => {
      await deleteHook(id);
      forget(id);
      toast("The hook was deleted.");
      location.hash = "#/hooks";
    });
  }

  return { key(event) { if (event.key === "e") location.hash = address(["hooks", id, "edit"]); }, leave() { isGone = true; } };
}

const OVERLAPS = [[0, "None"], [3600, "1 hour"], [86400, "24 hours"], [604800, "7 days"]];

/** Asks how to replace a hook's secret, replaces it, and shows the new one once. */
function rotateDialog(it, done) {
  let overlap = 86400;
  const own = codeField();
  const ownLine = field("The provider's secret", "own-secret", own);
  ownLine.hidden = true;
  const until = h("p", { class: "hint", role: "status" });
  const say = () => fill(until, overlap ? `Until ${full(Date.now() + overlap * 1000)} both are accepted.` : "Calls signed with the old secret are refused at once.");
  const radio = (name, text, checked, pick) => h("label", { class: "check" }, h("input", { type: "radio", name, checked, onchange: pick }), text);
  ask("Rotate the secret", "Rotate secret", [
    h("fieldset", {}, h("legend", { class: "label" }, "The new secret"), radio("which", "Make a new secret", true, () => { ownLine.hidden = true; }), radio("which", "Use one from the provider", false, () => { ownLine.hidden = false; own.focus(); })), ownLine,
    h("fieldset", {}, h("legend", { class: "label" }, "The old secret stays valid for"), h("div", { class: "line" }, OVERLAPS.map(([seconds, text]) => radio("overlap", text, seconds === overlap, () => { overlap = seconds; say(); }))), until),
  ], async () => {
    const values = secretsOf(await rotate(it.id, { overlap_seconds: overlap, ...(!ownLine.hidden && { secret: own.value }) }));
    return () => values.length ? onceDialog("The new secret", values, onlyTime("secret", "rotate it"), done) : done();
  });
  say();
}

/** The secrets that an answer shows in clear, with their names. */
export function secretsOf(hook, needs = []) {
  const label = (field, fallback) => needs.find((one) => one.field === field)?.description ?? fallback;
  const options = Object.entries(hook.provider_options ?? {}).filter(([name]) => needs.some((one) => one.field === `provider_options.${name}` && one.secret));
  return [...(hook.secret && hook.secret !== "********" ? [[label("secret", "Secret"), hook.secret]] : []), ...options.map(([name, value]) => [label(`provider_options.${name}`, name), String(value)])];
}

// Tokens for programs: those of the user, and those of the project.
const DAYS = [[7, "7 days"], [30, "30 days"], [90, "90 days"], [366, "a year"]];
const KINDS = [
  { title: "Your tokens", project: () => null, about: "Each acts as you. Give one to every program, so that you can revoke it alone.", none: "You have no tokens." },
  { title: "Project tokens", project: (user) => user.project_id, about: "Everybody in the project sees and can revoke them. A worker needs one with the role “report”.", none: "The project has no tokens." },
];
const ROLES = [[2, "report: claims actions and reports on them, for workers"], [1, "all of the project"]];

export function accessPage(main, parts, params, user) {
  let isOver = false;
  const people = h("div", {});
  const sections = KINDS.map((kind) => ({ ...kind, of: kind.project(user), body: h("div", {}) }));
  fill(main, h("div", { class: "page narrow" }, h("div", { class: "head" }, h("h1", {}, "Access")),
    sections.map((one) => h("section", { class: "part" }, h("div", { class: "part-head" }, h("h2", {}, one.title), h("span", { class: "grow" }), button("New token", { kind: "small", glyph: "plus", onclick: () => make(one) })), h("p", { class: "hint above" }, one.about), one.body)),
    part("People", h("p", { class: "hint above" }, "Colleagues are added by an ", h("a", { class: "link", href: "/docs#tag/users" }, "administrator"), "."), people)));
  loadPeople();
  sections.forEach(load);

  async function load(one) {
    const ready = waiting(one.body, h("div", { class: "bone-block" }));
    try {
      const found = await tokens(one.of);
      ready();
      if (!isOver) draw(one, found);
    } catch (error) {
      ready();
      if (!isAbort(error)) showFault(one.body, "The tokens", error, () => load(one));
    }
  }

  function draw(one, found) {
    if (found.length === 0) return fill(one.body, h("p", { class: "dim" }, one.none));
    const role = one.of !== null;
    fill(one.body, table(["Name", "Status", ...(role ? ["Role"] : []), "Last used", "Expires", ""], found.map((it) => [[strong(it.name), " ", h("code", { class: "dim" }, `devopness_${role ? "proj" : "pat"}_${it.id.slice(0, 8)}…`)], state(it.status === "active", it.status), ...(role ? [it.role?.name ?? ""] : []), time(it.last_used_at), time(it.expires_at), it.status === "revoked" ? null : button("Revoke", { kind: "small", onclick: () => revoke(one, it) })])));
  }

  async function loadPeople() {
    try {
      const found = await users();
      if (!isOver) fill(people, table(["Name", "E-mail", "Last login", "State"], found.map((it) => [strong(it.name), visible(it.email), time(it.last_login_at), state(it.active, it.active ? "active" : "off")])));
    } catch (error) {
      if (!isAbort(error)) showFault(people, "The people", error, loadPeople);
    }
  }

  function revoke(one, it) {
    danger("Revoke this token?", "It is refused from now on. Programs that use it will fail.", it.name, "Revoke token", async () => {
      await revokeToken(one.of, it.id);
      toast("The token was revoked.");
      load(one);
    });
  }

  function make(one) {
    const name = h("input", { class: "field", autocomplete: "off", maxlength: 255, autofocus: true });
    const days = choice(DAYS, 90);
    const role = one.of === null ? null : choice(ROLES);
    ask("New token", "Make token", [field("Name", "token-name", name, { about: "What uses it, such as “the build server”." }), role && field("Role", "token-role", role), field("Valid for", "token-days", days)], async () => {
      const made = await createToken(one.of, { name: name.value, expires_at: new Date(Date.now() + days.value * 864e5 - 60_000).toISOString(), ...(role && { role_id: Number(role.value) }) });
      return () => onceDialog(made.name, [["Token", made.token]], onlyTime("token", "revoke it and make another"), () => load(one));
    });
  }

  return { leave() { isOver = true; } };
}

const strong = (text) => h("span", { class: "strong" }, visible(text));
const state = (isOn, text) => h("span", { class: `state ${isOn ? "on" : "off"}` }, text);
const time = (at) => at ? when(at, full(at).replace(/,? \d\d:\d\d:\d\d/, "")) : dim("never");
