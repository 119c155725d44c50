// The login: in place of a page at first, and as a dialog over the page when a login is over, so that nothing typed is lost.
import { fill, h, icon } from "./dom.js";
import { login } from "./session.js";

/** Asks until a login succeeds, in the place of the page or over it. */
export function askForLogin(place) {
  return new Promise((done) => {
    if (place) return fill(place, h("div", { class: "login-page" }, form(done, "Pipehook")));
    const el = h("dialog", { "aria-label": "Log in", oncancel: (event) => event.preventDefault() });
    el.append(form(() => { el.close(); el.remove(); done(); }, "Your login is over", "Log in again to go on. What you typed is still here."));
    document.body.append(el);
    el.showModal();
  });
}

function form(done, title, note = null) {
  const email = h("input", { class: "field", id: "email", name: "email", type: "email", autocomplete: "username", required: true, autofocus: true, spellcheck: "false" });
  const password = h("input", { class: "field", id: "password", name: "password", type: "password", autocomplete: "current-password", required: true });
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
    h("div", {}, h("label", { class: "label", for: "email" }, "E-mail"), email),
    h("div", {}, h("div", { class: "label-line" }, h("label", { class: "label", for: "password" }, "Password"), show), password),
    fault, submit,
    note ? null : h("p", { class: "hint" }, "No account? An administrator makes one. This page keeps your login in memory only, so a reload ends it, and you will be back where you were."));
}
