// Tokens for programs: those of the user, and those of the project.
import { fill, h, icon } from "./dom.js";
import { button, danger, dialog, showFault, toast, waiting } from "./ui.js";
import { createToken, isAbort, revokeToken, tokens, users } from "./api.js";
import { full, zone } from "./time.js";
import { visible } from "./json.js";
import { once } from "./secret.js";

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
  fill(main, h("div", { class: "page narrow" }, h("div", { class: "head" }, h("h1", {}, "Access")), sections.map((one) => h("section", { class: "part" }, h("div", { class: "part-head" }, h("h2", {}, one.title), h("span", { class: "grow" }), button("New token", { kind: "small", glyph: "plus", onclick: () => make(one) })), h("p", { class: "hint above" }, one.about), one.body)),
    h("section", { class: "part" }, h("h2", {}, "People"), h("p", { class: "hint above" }, "Colleagues are added by an administrator."), people)));
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
      if (!isAbort(error)) showFault(one.body, "The tokens could not be read", error, () => load(one));
    }
  }

  function draw(one, found) {
    if (found.length === 0) return fill(one.body, h("p", { class: "dim" }, one.none));
    const role = one.of !== null;
    fill(one.body, table(["Name", "Status", ...(role ? ["Role"] : []), "Last used", "Expires", ""], found.map((it) => [h("span", { class: "strong" }, visible(it.name)), h("span", { class: `state ${it.status === "active" ? "on" : "off"}` }, it.status), ...(role ? [it.role?.name ?? ""] : []), time(it.last_used_at, "never"), time(it.expires_at, "never"), it.status === "revoked" ? null : button("Revoke", { kind: "small", onclick: () => revoke(one, it) })])));
  }

  async function loadPeople() {
    try {
      const found = await users();
      if (!isOver) fill(people, table(["Name", "E-mail", "Last login", "State"], found.map((it) => [h("span", { class: "strong" }, visible(it.name)), visible(it.email), time(it.last_login_at, "never"), h("span", { class: `state ${it.active ? "on" : "off"}` }, it.active ? "active" : "off")])));
    } catch (error) {
      if (!isAbort(error)) showFault(people, "The people could not be read", error, loadPeople);
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
    const name = h("input", { class: "field", id: "token-name", autocomplete: "off", maxlength: 255, autofocus: true });
    const days = h("select", { class: "field", id: "token-days" }, DAYS.map(([value, text]) => h("option", { value: String(value), selected: value === 90 }, text)));
    const role = one.of === null ? null : h("select", { class: "field", id: "token-role" }, ROLES.map(([value, text]) => h("option", { value: String(value) }, text)));
    const fault = h("p", { class: "fault", role: "alert" });
    const go = h("button", { type: "button", class: "btn primary" }, "Make token");
    const el = dialog("New token", h("div", {}, h("label", { class: "label", for: "token-name" }, "Name"), name, h("p", { class: "hint" }, "What uses it, such as “the build server”.")),
      role && h("div", {}, h("label", { class: "label", for: "token-role" }, "Role"), role), h("div", {}, h("label", { class: "label", for: "token-days" }, "Valid for"), days), fault, h("div", { class: "foot" }, button("Cancel", { onclick: () => el.close() }), go));
    const send = async (event) => {
      event.preventDefault();
      if (go.disabled) return;
      go.disabled = true;
      try {
        const made = await createToken(one.of, { name: name.value, expires_at: new Date(Date.now() + days.value * 864e5 - 60_000).toISOString(), ...(role && { role_id: Number(role.value) }) });
        el.close();
        show(made, one);
      } catch (error) {
        fill(fault, icon("stop"), Object.values(error.errors ?? {}).flat()[0] ?? error.message);
        go.disabled = false;
      }
    };
    go.addEventListener("click", send);
    el.querySelector("form").addEventListener("submit", send);
  }

  function show(made, one) {
    const panel = once("New token", [["Token", made.token]], [h("strong", {}, "This is the only time the token is shown."), " If it gets lost, revoke it and make another."]);
    const el = dialog(made.name, panel.el, h("div", { class: "foot" }, button("Copy", { glyph: "copy", onclick: panel.copyAll }), button("I have stored it", { kind: "primary", onclick: () => el.close() })));
    el.addEventListener("cancel", (event) => { if (!panel.isSafe()) event.preventDefault(); });
    el.addEventListener("close", () => { panel.gone(); load(one); });
  }

  return { move() {}, leave() { isOver = true; } };
}

const time = (at, none) => at ? h("time", { class: "num", datetime: at, title: zone(at) }, full(at).replace(/,? \d\d:\d\d:\d\d/, "")) : h("span", { class: "dim" }, none);

function table(names, rows) {
  return h("div", { class: "scroll" }, h("table", { class: "plain" }, h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name || h("span", { class: "sr" }, "What to do"))))), h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell, n) => h("td", { class: names[n] === "" ? "end" : "" }, cell)))))));
}
