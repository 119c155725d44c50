// Asks for what is new: often while somebody looks and things happen, seldom otherwise, not at all in a hidden tab.
import { button, say } from "./ui.js";
import { isAbort } from "./api.js";

const QUICK = 2000, USUAL = 5000, IDLE = 15000, BUSY_FOR = 60_000, IDLE_AFTER = 300_000;
const WORST = 60_000;

export function poller({ ask, show }) {
  let timer = null, turn = 0, failures = 0, stopped = true, words = [], said = 0, last = Date.now(), busy = Date.now(), touched = Date.now();
  const self = { paused: false, start, stop, flip, tell };
  const touch = () => { touched = Date.now(); };

  function every() {
    const now = Date.now();
    return now - busy < BUSY_FOR ? QUICK : now - touched < IDLE_AFTER ? USUAL : IDLE;
  }

  async function round() {
    clearTimeout(timer);
    if (stopped || self.paused || document.hidden) return;
    const mine = ++turn;
    let delay;
    try {
      if (await ask() > 0) busy = Date.now();
      failures = 0;
      last = Date.now();
      delay = every();
      if (mine === turn && !self.paused) show("on", "Live");
    } catch (error) {
      if (isAbort(error)) { timer = mine === turn ? setTimeout(round, USUAL) : timer; return; }
      failures++;
      delay = Math.max((error.after ?? 0) * 1000, Math.min(WORST, USUAL * 2 ** (failures - 1)) * (0.75 + Math.random() / 2));
      if (mine === turn) show("lost", [`No answer. Trying again in ${Math.round(delay / 1000)} s`, button("Try now", { kind: "quiet small", onclick: round })]);
    }
    if (mine !== turn || stopped || self.paused) return;
    timer = setTimeout(round, delay);
    if (words.length && Date.now() - said > 10_000) { say(words.at(-1)); words = []; said = Date.now(); }
  }

  function seen() { if (!document.hidden) round(); }
  function tell(text) { words.push(text); }
  function start() {
    stopped = false;
    document.addEventListener("visibilitychange", seen);
    for (const kind of ["pointermove", "keydown"]) document.addEventListener(kind, touch, { passive: true });
    show("on", "Live");
    round();
  }
  function stop() {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", seen);
    for (const kind of ["pointermove", "keydown"]) document.removeEventListener(kind, touch);
  }
  function flip() {
    self.paused = !self.paused;
    if (self.paused) { clearTimeout(timer); show("paused", `Paused at ${new Date(last).toTimeString().slice(0, 8)}`); } else round();
  }
  return self;
}
