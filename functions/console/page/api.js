// The API, as the pages see it. Answers are read as text: what strangers sent is cut out of them and never parsed.
import { send } from "./session.js";
import { cutAhead, isJson, membersOf, respelt } from "./bodies.js";

export const PAGE = 100;

/** What went wrong, in the API's words where it has some. `after` is in seconds, `errors` has messages by field. */
export class Fault extends Error {
  constructor(status, message, { after = null, errors = null, requestId = null } = {}) {
    super(message);
    Object.assign(this, { status, after, errors, requestId });
  }
}

export const isAbort = (error) => error?.name === "AbortError";

/** The newest calls that pass the filters. */
export const calls = (filters, options) => list("/hook-requests", filters, options);

export const callsOfHook = (id, count) => json("GET", at`/hooks/incoming/${id}/requests?per_page=${count}`);

/**
 * One call. `answer` is the text of what was answered, as it was spelt. `bytes` are those of a body that came as no JSON, and
 * `text` is the text of one that is a text. They are null if the body was not kept or is too large.
 */
export async function oneCall(id, signal) {
  const members = await membersOf((await ask("GET", at`/hook-requests/${id}`, { signal })).text);
  const [body, answer] = ["request_body", "response_body"].map((name) => { const text = members.get(name); members.delete(name); return text; });
  const it = respelt(`{${[...members].map(([name, text]) => `"${name}":${text}`)}}`);
  let [bytes, text] = [null, it.request_body_omitted ? null : body];
  if (it.request_body_raw !== null) {
    const raw = atob(it.request_body_raw);
    bytes = new Uint8Array(raw.length);
    for (let n = 0; n < raw.length; n++) bytes[n] = raw.charCodeAt(n);
    try { text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes); } catch { text = null; }
  }
  if (text !== null) await cutAhead(text);
  return { ...it, bytes, text, answer };
}

export const retry = (id) => json("POST", at`/hook-requests/${id}/retry`);

/** Without a `step`, counts the calls that pass the filters and would run again; with one, runs up to 100 of them. */
export const retryMany = (filters, step = {}) => json("POST", `/hook-requests/retry?${search(named(filters))}`, step);

export const hooks = (filters, options) => list("/hooks/incoming", filters, options);
export const hook = (id) => spelt("GET", at`/hooks/incoming/${id}`);
export const createHook = (draft) => json("POST", "/hooks/incoming", draft);
export const changeHook = (id, change) => json("PUT", at`/hooks/incoming/${id}`, { id, ...change });
export const deleteHook = (id) => json("DELETE", at`/hooks/incoming/${id}`);
export const rotate = (id, body) => json("POST", at`/hooks/incoming/${id}/rotate-secret`, body);

/** What a call would do, by the server's own rules. `body` is a text, which is sent as it is spelt. */
export function test({ id = null, hook: draft = null, headers = {}, query = "", body = "", event = null, send: sent = false, signal }) {
  const rest = JSON.stringify({ headers, query, event: event || null, ...(draft && { hook: draft }), ...(sent && { send: true }) });
  return spelt("POST", id ? at`/hooks/incoming/${id}/test` : "/hooks/incoming/test", { text: `${rest.slice(0, -1)},"body":${isJson(body) ? body : JSON.stringify(body)}}`, signal });
}

async function spelt(method, path, { text: body, signal } = {}) {
  return respelt((await ask(method, path, { body, signal })).text);
}

let known = null;
/** Every provider, asked for once. */
export const providers = () => known ??= json("GET", "/providers").then((all) => { for (const one of all) titles.set(one.name, one.title); return all; }, (error) => { known = null; throw error; });

const titles = new Map();
/** What people call the provider of a hook, once the providers are known. */
export const titleOf = ({ provider, requires_secret }) => titles.get(provider) ?? provider ?? (requires_secret ? "own header" : "anyone");

/** One provider, with the steps that connect it and samples of its calls. */
export const provider = (name) => json("GET", at`/providers/${name}`);

export const actions = (filters, options) => list("/actions", filters, options);
export const action = (id, signal) => json("GET", at`/actions/${id}`, undefined, signal);
/** The actions that run before one that waits: of its resource, or of its pipeline. */
export async function ahead(it, signal) {
  const { items } = await list(isOfPipeline(it) ? at`/pipelines/${it.pipeline_id}/actions` : at`/actions/${it.resource.type}/${it.resource.id}`, {}, { signal });
  return items.filter((one) => ["pending", "in-progress"].includes(one.status));
}
export const isOfPipeline = (it) => it.status_reason_code === "WAITING_CONCURRENCY_PIPELINE";
export const output = (id, target, order, signal) => json("GET", at`/actions/${id}/targets/${target}/steps/${order}/logs`, undefined, signal);
export const retryAction = (id) => json("POST", at`/actions/${id}/retry`);
export const cancelAction = (id) => json("POST", at`/actions/${id}/cancel`);

export const me = () => json("GET", "/users/me");
export const users = () => json("GET", `/users?per_page=${PAGE}`);
const tokensPath = (project) => project === null ? "/users/personal-access-tokens" : `/projects/${project}/tokens`;
export const tokens = (project) => json("GET", `${tokensPath(project)}?per_page=${PAGE}`);
export const createToken = (project, body) => json("POST", tokensPath(project), body);
export const revokeToken = (project, id) => json("DELETE", `${tokensPath(project)}/${encodeURIComponent(id)}/revoke`);

/**
 * A page of what is newest. `query` goes on where an earlier page ended, whose `more` it was; `after` gives what is newer.
 * `at` is the time of the answer. A bounded list ends before its items do.
 */
async function list(path, filters = {}, { query = null, after = null, signal } = {}) {
  const { text, headers } = await ask("GET", `${path}?${query ?? search({ per_page: PAGE, after, ...named(filters) })}`, { signal });
  return { items: JSON.parse(text), more: next(headers), at: Date.parse(headers.get("date")) || Date.now(), isBounded: headers.has("x-list-limit") };
}

// An address with ids in it.
const at = (words, ...ids) => String.raw({ raw: words }, ...ids.map(encodeURIComponent));

async function json(method, path, body, signal) {
  const { text } = await ask(method, path, { body: JSON.stringify(body), signal });
  return text && JSON.parse(text);
}

async function ask(method, path, options) {
  let answer, text;
  try {
    answer = await send(method, path, options);
    text = await answer.text();
  } catch (error) {
    if (isAbort(error) || error instanceof Fault) throw error;
    throw new Fault(0, "The server cannot be reached. Check the connection, then try again.");
  }
  if (!answer.ok) throw fault(answer, text);
  return { text, headers: answer.headers };
}

/** The fault that an answer says. */
export function fault(answer, text) {
  let said = {};
  try { said = JSON.parse(text) ?? {}; } catch { /* An answer of the gateway may be no JSON. */ }
  return new Fault(answer.status, said.message ?? `The server answered ${answer.status}.`, { after: Number(answer.headers.get("retry-after")) || null, errors: said.errors ?? null, requestId: said.request_id ?? answer.headers.get("x-request-id") });
}

// The query of the page behind this one, from the header `Link`; null at the end.
function next(headers) {
  const link = /<([^>]*)>; rel="next"/.exec(headers.get("link") ?? "")?.[1];
  return link ? new URL(link, location.href).search.slice(1) : null;
}

const named = (filters) => Object.fromEntries(Object.entries(filters).map(([name, value]) => [`filter[${name}]`, value]));
const search = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "")).toString();

// The hooks whose names lists show, asked for once each.
const met = new Map(); // id -> the hook, or null if it was deleted
const asking = new Map();

/** The whole hook, which lists do not have. */
export const wholeHook = async (id) => met.get(id)?.proven_by ? met.get(id) : remember(await hook(id));

/** The hook, null if it was deleted, or undefined if it is not known yet. */
export const nameOf = (id) => met.get(id);
export const remember = (it) => { met.set(it.id, { ...met.get(it.id), ...it }); return met.get(it.id); };
export const forget = (id) => met.delete(id);
export const hooksMet = () => [...met.values()].filter(Boolean).sort((a, b) => a.name.localeCompare(b.name));

/** Asks for the hooks that are not known yet. True if there were some. */
export async function learn(ids) {
  const unmet = [...new Set(ids)].filter((id) => !met.has(id));
  await Promise.all(unmet.map((id) => {
    if (!asking.has(id)) asking.set(id, hook(id).then(remember, (error) => { if (error.status === 404) met.set(id, null); }).finally(() => asking.delete(id)));
    return asking.get(id);
  }));
  return unmet.length > 0;
}
