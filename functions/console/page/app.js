// The shell: the login, which page stands at which address, the bar at the top, and the keys.
import { fill, h, icon } from "./dom.js";
import { ask, button, codeField, dialog, field, here, say, showFault } from "./ui.js";
import { me } from "./api.js";
import { login, logout, onLoginNeeded } from "./session.js";

const main = document.getElementById("main");
const NAV = [["calls", "Calls", "list"], ["hooks", "Hooks", "hook"], ["actions", "Actions", "bolt"], ["access", "Access", "key"]];
const FILES = { hooks: "project", hook: "project", access: "project", form: "new_hook", action: "actions" };
let page = null;
let turn = 0;
let user = null;

// What kind of page stands at an address. What is not known leads to the calls.
function kindOf([area, id, verb]) {
  if (area === "hooks") return id === "new" || verb === "edit" ? "form" : id ? "hook" : "hooks";
  if (area === "actions") return id ? "action" : "actions";
  return area === "access" ? "access" : "calls";
}

async function route() {
  const mine = ++turn;
  const { parts, params } = here();
  const kind = kindOf(parts);
  for (const link of document.querySelectorAll(".nav a")) {
    if (link.dataset.area === (parts[0] ?? "calls")) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  if (page?.kind === kind && page.move) return page.move(parts, params);
  let make;
  try { make = (await import(`./${FILES[kind] ?? kind}.js`))[`${kind}Page`]; } catch {
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
  if (document.querySelector("dialog:modal")) return;
  const input = codeField("", { placeholder: "01a209f7-0f9d-79ba-9712-2b2164476eb4", autofocus: true });
  const about = ["A provider's answer has the call's id as ", h("code", {}, "request_id"), "."];
  ask("Find by id", "Find", field("The id of a call, a hook or an action, or an address that holds one", "find", input, { about }), () => {
    const uuid = ID.exec(input.value);
    const number = /\d{1,16}/.exec(input.value)?.[0];
    if (!uuid && !number) throw new Error("This holds no id of a call, a hook or an action.");
    // Ids of calls begin with a time, so their version is 7. Those of hooks are random.
    location.hash = uuid ? `#/${uuid[1] === "7" ? "calls" : "hooks"}/${uuid[0].toLowerCase()}` : `#/actions/${number}`;
  });
}

// Keys. Each works without a modifier, but never while somebody types or a dialog is open; all of them can be turned off.
const AREAS = { c: "calls", h: "hooks", a: "actions", t: "access" };
const LIST = [["Calls, hooks, actions, access", "g c", "g h", "g a", "g t"], ["Next, previous", "j", "k"], ["Open, close", "Enter", "Esc"], ["Show new calls", "n"], ["Pause, go on", "p"], ["Filter", "/"], ["Find by id", "⌘ K"], ["Retry", "r"], ["Copy as curl", "c"], ["Edit and test", "e"], ["Copy the path of a line", "y"], ["New hook", "h"], ["These keys", "?"]];
let isOn = true;

function listenForKeys() {
  let first = null;
  addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") { event.preventDefault(); return find(); }
    if (event.metaKey || event.ctrlKey || event.altKey || event.target.closest?.("input, select, textarea, dialog") || document.querySelector("dialog:modal, .login-page")) return;
    if (event.key === "Escape" || event.key.startsWith("Arrow")) return page?.key?.(event);
    if (event.key === "?") return help();
    if (!isOn) return;
    if (first) {
      clearTimeout(first);
      first = null;
      if (AREAS[event.key]) location.hash = `#/${AREAS[event.key]}`;
      return;
    }
    if (event.key === "g") first = setTimeout(() => { first = null; }, 900);
    else if (event.key === "h") location.hash = "#/hooks/new";
    else page?.key?.(event);
  });
}

function help() {
  const on = h("input", { type: "checkbox", checked: isOn, onchange: () => { isOn = on.checked; } });
  dialog("Keys", h("dl", { class: "keys" }, LIST.flatMap(([what, ...keys]) => [h("dt", {}, what), h("dd", {}, keys.map((key) => h("kbd", {}, key)))])),
    h("label", { class: "check" }, on, "Use single keys"), h("div", { class: "foot" }, h("button", { class: "btn" }, "Close")));
}

// The login stands in place of a page at first. When it is over, it is a dialog over the page, so that nothing typed is lost.
/** Asks until a login succeeds, in the place of the page or over it. */
function askForLogin(place) {
  return new Promise((done) => {
    if (place) return fill(place, h("div", { class: "login-page" }, loginForm(done, "Pipehook")));
    const el = h("dialog", { "aria-label": "Log in", oncancel: (event) => event.preventDefault() });
    el.append(loginForm(() => { el.close(); el.remove(); done(); }, "Your login is over", "Log in again to go on. What you typed is still here."));
    document.body.append(el);
    el.showModal();
  });
}

function loginForm(done, title, note = null) {
  const email = h("input", { class: "field", name: "email", type: "email", autocomplete: "username", required: true, autofocus: true, spellcheck: "false" });
  const password = h("input", { class: "field", name: "password", type: "password", autocomplete: "current-password", required: true });
  const fault = h("p", { class: "fault", role: "alert", id: "login-fault" });
  const submit = h("button", { class: "btn primary" }, "Log in");
  const show = h("button", { type: "button", class: "btn quiet small", "aria-pressed": "false", onclick: () => {
    const hidden = password.type === "password";
    password.type = hidden ? "text" : "password";
    show.setAttribute("aria-pressed", String(hidden));
    show.textContent = hidden ? "Hide" : "Show";
  } }, "Show");
  const send = async (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    fill(fault);
    let wait = null;
    try {
      const answer = await login(email.value.trim(), password.value);
      if (answer.ok) { password.value = ""; return done(); }
      wait = answer.status === 429 ? Number(answer.headers.get("retry-after")) || 60 : null;
      if (wait === null) fill(fault, icon("stop"), answer.status === 401 || answer.status === 422 ? "The e-mail address or the password is wrong." : "Pipehook is unavailable. Try again in a few seconds.");
    } catch {
      fill(fault, icon("stop"), "The server cannot be reached. Check the connection, then try again.");
    }
    if (wait !== null) return count(wait);
    submit.disabled = false;
    password.select();
    password.focus();
  };
  const count = (seconds) => {
    const until = Date.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      if (left <= 0) { fill(fault); submit.disabled = false; return; }
      fill(fault, icon("stop"), `Too many failed logins. Try again in ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}.`);
      setTimeout(tick, 1000);
    };
    tick();
  };
  return h("form", { class: "login", onsubmit: send, "aria-describedby": "login-fault" },
    h("h1", { tabindex: "-1" }, icon("hook", "", 24), title), note && h("p", { class: "dim" }, note),
    field("E-mail", "email", email), h("div", { class: "with-show" }, show, field("Password", "password", password)),
    fault, submit,
    note ? null : h("p", { class: "hint" }, "No account? An administrator makes one. This page keeps your login in memory only, so a reload ends it, and you will be back where you were."));
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
  try { user = await me(); } catch (error) { return showFault(main, "Your login", error, start); }
  bar();
  listenForKeys();
  addEventListener("hashchange", route);
  addEventListener("offline", () => say("You are offline."));
  addEventListener("pageshow", (event) => { if (event.persisted) check(); });
  route();
}
start();
