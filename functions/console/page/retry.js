// Runs every call again that passes the filters of the list: first their number, then steps, which can be stopped. A step
// whose answer was lost is sent again as it was, and nothing runs twice.
import { fill, h, icon } from "./dom.js";
import { button, code, dialog, dim, field } from "./ui.js";
import { isAbort, retryMany } from "./api.js";
import { address } from "./route.js";
import { asked, inWords } from "./filters.js";

const calls = (count) => `${count} call${count === 1 ? "" : "s"}`;

export function retryDialog(shown) {
  // Rejected calls are never retried.
  const filters = { ...shown, outcome: shown.outcome?.split(",").filter((one) => one !== "rejected").join() };
  const wanted = asked(filters);
  const from = moment(wanted.from);
  const to = moment(wanted.to ?? Date.now());
  const says = h("div", { role: "status" });
  const more = h("div", {});
  const foot = h("div", { class: "foot" });
  const range = h("div", { class: "grid-form halves" }, field("From", "retry-from", from), field("To", "retry-to", to));
  const el = dialog("Retry all that match", h("p", {}, inWords(filters)), range, says, more, foot);
  let query = null;     // the same in every step
  let found = null;     // what was counted
  let operation = null; // names this retry in every step
  let cursor = null;    // where the next step goes on
  let turn = 0, timer = null, isRunning = false, retried = [], left = [];

  for (const one of [from, to]) one.addEventListener("input", () => { turn++; offer(); clearTimeout(timer); timer = setTimeout(count, 300); });
  el.addEventListener("cancel", (event) => { if (isRunning) { event.preventDefault(); stop(); } });
  el.addEventListener("close", () => { turn++; clearTimeout(timer); stop(); });
  addEventListener("beforeunload", warn);
  offer();
  count();

  async function count() {
    const mine = ++turn;
    fill(more);
    if (!from.value || !to.value) return fill(says, dim("Say from when to when. That is required, so that nothing older runs by mistake."));
    query = { ...wanted, from: new Date(from.value).toISOString(), to: new Date(Math.min(new Date(to.value), Date.now())).toISOString() };
    try {
      const answer = await retryMany(query);
      if (mine !== turn) return;
      found = answer;
      operation = crypto.randomUUID();
      const isTooMany = found.counted === "some";
      fill(says, isTooMany ? `More than ${calls(found.limit)} match, and one retry takes ${found.limit} at most. Narrow the time.` : `${calls(found.count)} would run again.`,
        found.without_body > 0 && ` ${found.without_body} cannot: ${found.without_body === 1 ? "its" : "their"} body was not kept.`);
      fill(more, dim("They go through their hooks as these are now, the oldest first."));
      if (!isTooMany && found.count > 0) offer(button(`Retry ${calls(found.count)}`, { kind: "primary", onclick: run }));
    } catch (error) {
      if (mine === turn && !isAbort(error)) fault(error);
    }
  }

  async function run() {
    isRunning = true;
    range.hidden = true;
    fill(more);
    fill(foot, button("Stop", { onclick: stop }));
    try {
      do {
        draw();
        const answer = await retryMany(query, { operation_id: operation, count: found.count, cursor });
        retried.push(...answer.retried);
        left.push(...answer.not_retried);
        cursor = answer.cursor;
      } while (cursor !== null && isRunning);
      isRunning = false;
      draw();
      if (cursor === null) return end();
      offer(button("Go on", { kind: "primary", onclick: run }));
    } catch (error) {
      isRunning = false;
      // It counts anew at the first step, before anything has run.
      if (error.status === 409) { range.hidden = false; fault(error, button("Look again", { kind: "primary", onclick: count })); }
      else if (error.status === 422) fault(error);
      else fault(error, button("Go on", { kind: "primary", onclick: run }), " “Go on” sends the same step again, and no call runs twice.");
    }
  }

  function draw() {
    fill(says, h("progress", { max: found.count + found.without_body, value: retried.length + left.length, "aria-label": "Progress" }), h("p", {}, `${retried.length} of ${found.count}${isRunning ? "" : cursor === null ? "" : ". Stopped."}`));
  }

  function end() {
    const failed = retried.filter((one) => one.outcome === "failed").map((one) => ({ id: one.request_id, reason: one.message }));
    const queued = retried.filter((one) => one.outcome === "queued").length;
    says.append(h("p", {}, `${calls(retried.length)} ran again: ${queued} queued, ${retried.length - queued - failed.length} ignored, ${failed.length} failed.`));
    fill(more, listed("Not retried", left), listed("Failed again", failed));
    offer();
  }

  function listed(title, items) {
    return items.length > 0 && [h("h3", {}, title), h("ul", { class: "sentences" }, items.map(({ id, reason }) => h("li", {}, h("a", { class: "link", href: address(["calls", id]), onclick: () => el.close() }, id), " ", code(reason))))];
  }

  function fault(error, next = null, words = null) {
    fill(more, h("p", { class: "fault", role: "alert" }, icon("stop"), h("span", {}, code(error.message), words)));
    offer(next);
  }

  function offer(next = null) {
    fill(foot, button(next || cursor !== null ? "Cancel" : "Close", { onclick: () => el.close() }), next);
  }

  function stop() {
    isRunning = false;
    if (!el.open) removeEventListener("beforeunload", warn);
  }

  function warn(event) {
    if (isRunning) event.preventDefault();
  }
}

// An instant to choose, in local time and to the second.
function moment(instant) {
  const time = instant && Math.ceil(new Date(instant) / 1000) * 1000;
  return h("input", { class: "field", type: "datetime-local", step: "1", value: time ? new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 19) : "" });
}
