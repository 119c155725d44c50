// Keys. Each works without a modifier, but never while somebody types or a dialog is open; all of them can be turned off.
import { h } from "./dom.js";
import { dialog } from "./ui.js";

const AREAS = { c: "calls", h: "hooks", a: "actions", t: "access" };
const LIST = [["Calls, hooks, actions, access", "g c", "g h", "g a", "g t"], ["Next, previous", "j", "k"], ["Open, close", "Enter", "Esc"], ["Show new calls", "n"], ["Pause, go on", "p"], ["Filter", "/"], ["Find by id", "⌘ K"], ["Retry", "r"], ["Copy as curl", "c"], ["Edit and test", "e"], ["New hook", "h"], ["These keys", "?"]];
let isOn = true;

export function listenForKeys({ page, find }) {
  let first = null;
  addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") { event.preventDefault(); return find(); }
    if (event.metaKey || event.ctrlKey || event.altKey || event.target.closest?.("input, select, textarea, dialog") || document.querySelector("dialog[open], .login-page")) return;
    if (event.key === "Escape" || event.key.startsWith("Arrow")) return page()?.key?.(event);
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
    else page()?.key?.(event);
  });
}

function help() {
  const on = h("input", { type: "checkbox", checked: isOn, onchange: () => { isOn = on.checked; } });
  dialog("Keys", h("dl", { class: "keys" }, LIST.flatMap(([what, ...keys]) => [h("dt", {}, what), h("dd", {}, keys.map((key) => h("kbd", {}, key)))])),
    h("label", { class: "check" }, on, "Use single keys"), h("div", { class: "foot" }, h("button", { class: "btn" }, "Close")));
}
