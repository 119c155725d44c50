// Tokens for programs: those of the user, and those of the project.
import { fill, h } from "./dom.js";
import { ask, button, choice, danger, dim, field, onceDialog, onlyTime, part, showFault, table, toast, waiting, when } from "./ui.js";
import { createToken, isAbort, revokeToken, tokens, users } from "./api.js";
import { full } from "./time.js";
import { visible } from "./json.js";

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
    part("People", h("p", { class: "hint above" }, "Colleagues are added by an administrator."), people)));
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
    fill(one.body, table(["Name", "Status", ...(role ? ["Role"] : []), "Last used", "Expires", ""], found.map((it) => [strong(it.name), state(it.status === "active", it.status), ...(role ? [it.role?.name ?? ""] : []), time(it.last_used_at), time(it.expires_at), it.status === "revoked" ? null : button("Revoke", { kind: "small", onclick: () => revoke(one, it) })])));
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
    ask("New token", "Make token", [field("Name", "token-name", name, "What uses it, such as “the build server”."), role && field("Role", "token-role", role), field("Valid for", "token-days", days)], async () => {
      const made = await createToken(one.of, { name: name.value, expires_at: new Date(Date.now() + days.value * 864e5 - 60_000).toISOString(), ...(role && { role_id: Number(role.value) }) });
      return () => onceDialog(made.name, [["Token", made.token]], onlyTime("token", "revoke it and make another"), () => load(one));
    });
  }

  return { move() {}, leave() { isOver = true; } };
}

const strong = (text) => h("span", { class: "strong" }, visible(text));
const state = (isOn, text) => h("span", { class: `state ${isOn ? "on" : "off"}` }, text);
const time = (at) => at ? when(at, full(at).replace(/,? \d\d:\d\d:\d\d/, "")) : dim("never");
