// Instants for people: local, to the second, and how long ago.
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const FULL = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export const clock = (instant) => CLOCK.format(new Date(instant));
export const full = (instant) => FULL.format(new Date(instant));

const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);

export function day(instant, now = Date.now()) {
  const days = Math.round((midnight(now) - midnight(instant)) / 864e5);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : DAY.format(new Date(instant));
}

export function ago(instant, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - new Date(instant)) / 1000));
  if (seconds < 2) return "just now";
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  }
  return `${seconds} s ago`;
}

export const size = (bytes) => bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

const ZONE = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
/** An instant in full, with the zone. */
export const zone = (instant) => ZONE.format(new Date(instant));

/** How long something took or takes. */
export function took(from, to) {
  const seconds = Math.max(0, Math.round((new Date(to) - new Date(from)) / 1000));
  return seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
}

/** How long until an instant: in 21 h. */
export function until(instant, now = Date.now()) {
  const seconds = Math.max(0, Math.round((new Date(instant) - now) / 1000));
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) if (seconds >= size) return `in ${Math.floor(seconds / size)} ${unit}`;
  return `in ${seconds} s`;
}
