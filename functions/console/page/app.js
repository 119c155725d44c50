// The shell: the login, which page stands at which address, the bar at the top.
import { fill, h, icon } from "./dom.js";
import { button, dialog, say, showFault } from "./ui.js";
import { me } from "./api.js";
import { logout, onLoginNeeded } from "./session.js";
import { askForLogin } from "./login.js";
import { listenForKeys } from "./keys.js";
import { here } from "./route.js";

const main = document.getElementById("main");
const NAV = [["calls", "Calls", "list"], ["hooks", "Hooks", "hook"], ["actions", "Actions", "bolt"], ["access", "Access", "key"]];
const PAGES = {
  calls: async () => (await import("./calls.js")).callsPage,
  hooks: async () => (await import("./hooks.js")).hooksPage,
  hook: async () => (await import("./hooks.js")).hookPage,
  form: async () => (await import("./new_hook.js")).hookForm,
  actions: async () => (await import("./actions.js")).actionsPage,
  action: async () => (await import("./actions.js")).actionPage,
  access: async () => (await import("./access.js")).accessPage,
};
let page = null;
let turn = 0;
let user = null;

// The page at an address. What is not known leads to the calls.
function kindOf([area = "calls", id, verb]) {
  if (area === "hooks") return id === "new" || verb === "edit" ? "form" : id ? "hook" : "hooks";
  if (area === "actions") return id ? "action" : "actions";
  return area === "access" ? "access" : "calls";
}

async function route() {
  const mine = ++turn;
  const { parts, params } = here();
  const kind = kindOf(parts);
  const area = kind === "form" || kind === "hook" ? "hooks" : kind === "action" ? "actions" : kind;
  for (const link of document.querySelectorAll(".nav a")) {
    if (link.dataset.area === area) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  if (page?.kind === kind && page.move) return page.move(parts, params);
  let make;
  try { make = await PAGES[kind](); } catch {
    return fill(main, h("div", { class: "empty", role: "alert" }, h("h2", {}, "This page could not be loaded"), h("p", {}, "The console was updated, or the server cannot be reached."), button("Load anew", { onclick: () => location.reload() })));
  }
  if (mine !== turn) return;
  page?.leave?.();
  page = { ...make(main, parts, params, user), kind };
  const title = main.querySelector("h1");
  if (title) document.title = `${title.textContent} · Pipehook`;
  if (route.again) { title?.setAttribute("tabindex", "-1"); title?.focus({ preventScroll: true }); scrollTo(0, 0); }
  route.again = true;
}

function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function bar() {
  const initials = user.name.split(/\s+/).map((word) => [...word][0]).slice(0, 2).join("").toUpperCase();
  fill(document.getElementById("top"),
    h("a", { class: "brand", href: "#/calls", "aria-label": "Pipehook, calls" }, icon("hook", "", 20), "Pipehook"),
    h("nav", { class: "nav", "aria-label": "Main" }, NAV.map(([area, label, glyph]) => h("a", { href: `#/${area}`, "data-area": area }, icon(glyph, "", 20), label))),
    h("span", { class: "grow" }),
    h("button", { type: "button", class: "find", onclick: find, "aria-keyshortcuts": "Control+K" }, icon("search"), h("span", {}, "Find a call, hook or action"), h("kbd", { "aria-hidden": "true" }, "⌘K")),
    h("div", { class: "who" },
      button("Dark or light", { kind: "quiet icon", glyph: "moon", onclick: () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; } }),
      h("button", { class: "face", type: "button", "aria-label": `${initials}: ${user.name}, project ${user.project_id}`, onclick: account }, initials)));
}

function account() {
  dialog(user.name, h("p", { class: "dim" }, `${user.email} · project ${user.project_id}`),
    h("div", { class: "foot" }, h("button", { class: "btn" }, "Close"), button("Log out", { kind: "primary", onclick: logout })));
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-([0-9])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/i;
function find() {
  if (document.querySelector("dialog[open]")) return;
  const input = h("input", { class: "field code", id: "find", placeholder: "01a209f7-0f9d-79ba-9712-2b2164476eb4", autocomplete: "off", spellcheck: "false", autofocus: true });
  const fault = h("p", { class: "fault", role: "alert" });
  const el = dialog("Find by id", h("div", {}, h("label", { class: "label", for: "find" }, "The id of a call, a hook or an action, or an address that holds one"), input, h("p", { class: "hint" }, "A provider's answer has the call's id as ", h("code", {}, "request_id"), "."), fault),
    h("div", { class: "foot" }, button("Close", { onclick: () => el.close() }), h("button", { class: "btn primary" }, "Find")));
  el.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const uuid = ID.exec(input.value);
    const number = /\d{1,16}/.exec(input.value)?.[0];
    if (!uuid && !number) { fill(fault, "This holds no id of a call, a hook or an action."); return input.focus(); }
    el.close();
    // Ids of calls begin with a time, so their version is 7. Those of hooks are random.
    location.hash = uuid ? `#/${uuid[1] === "7" ? "calls" : "hooks"}/${uuid[0].toLowerCase()}` : `#/actions/${number}`;
  });
}

onLoginNeeded(async () => {
  await askForLogin(user ? null : main);
  if (user) queueMicrotask(check);
});

// Somebody else may have logged in, who must not see what the one before saw.
async function check() {
  const now = await me();
  if (now.id === user.id) return;
  user = now;
  page?.leave?.();
  page = null;
  bar();
  route();
}

async function start() {
  try { user = await me(); } catch (error) { return showFault(main, "The console could not start", error, start); }
  bar();
  listenForKeys({ page: () => page, find });
  addEventListener("hashchange", route);
  addEventListener("offline", () => say("You are offline."));
  addEventListener("pageshow", (event) => { if (event.persisted) check(); });
  route();
}
start();
