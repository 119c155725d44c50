// The hooks whose names lists show, asked for once each.
import { hook } from "./api.js";

const known = new Map(); // id -> the hook, or null if it was deleted
const asked = new Map();

/** The hook, null if it was deleted, or undefined if it is not known yet. */
export const nameOf = (id) => known.get(id);
export const remember = (it) => known.set(it.id, it);
export const forget = (id) => known.delete(id);
export const all = () => [...known.values()].filter(Boolean).sort((a, b) => a.name.localeCompare(b.name));

/** Asks for the hooks that are not known yet. True if there were some. */
export async function learn(ids) {
  const unknown = [...new Set(ids)].filter((id) => !known.has(id));
  await Promise.all(unknown.map((id) => {
    if (!asked.has(id)) asked.set(id, hook(id).then(remember, (error) => { if (error.status === 404) known.set(id, null); }).finally(() => asked.delete(id)));
    return asked.get(id);
  }));
  return unknown.length > 0;
}
