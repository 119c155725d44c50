// The login. Its tokens live in this module, in memory only, and no other module sees them: a reload ends the login.

const IDLE = 8 * 3600_000; // Without input for so long, a login is not renewed.
let tokens = null;   // access, refresh, renewAt
let renewing = null; // the renewal under way, which all requests wait for
let touched = Date.now();
let prompt = null;

/** Sets what asks for a login: a function whose promise resolves when `login` has succeeded. */
export function onLoginNeeded(ask) { prompt = ask; }

/** Sends e-mail address and password, and gives the answer. A login that is over keeps what the page shows. */
export async function login(email, password) {
  const answer = await post("/users/login", { email, password });
  if (answer.ok) keep(await answer.json());
  return answer;
}

/** Ends the login here and at the server, and forgets all that was shown. */
export async function logout() {
  await end().catch(() => {});
  location.reload();
}

/** Sends a request with the login, renewing it or asking for one where that is needed. */
export async function send(method, path, options = {}) {
  while (isStale()) await renew();
  const used = tokens;
  const answer = await once(method, path, options);
  if (answer.status !== 401) return answer;
  // Unless another request has renewed the login meanwhile.
  if (tokens === used) await renew();
  while (isStale()) await renew();
  return once(method, path, options);
}

const isStale = () => renewing !== null || tokens === null || Date.now() >= tokens.renewAt;

const once = (method, path, { body, signal } = {}) => ask(method, path, { body, signal }, { authorization: `Bearer ${tokens.access}` });

function renew() {
  renewing ??= refreshed().then((done) => done || prompt()).finally(() => { renewing = null; });
  return renewing;
}

// A refresh token is used once: its second use would end the session. So it is forgotten before it is sent, and an answer
// that is lost means a new login.
async function refreshed() {
  const refresh_token = tokens?.refresh;
  tokens = null;
  if (!refresh_token || Date.now() - touched > IDLE) return false;
  try {
    const answer = await post("/users/refresh-token", { refresh_token });
    if (answer.ok) keep(await answer.json());
    return answer.ok;
  } catch {
    return false;
  }
}

function keep({ access_token, refresh_token, expires_in }) {
  tokens = { access: access_token, refresh: refresh_token, renewAt: Date.now() + expires_in * 800 };
  touched = Date.now();
}

async function end() {
  if (!tokens) return;
  const ending = once("POST", "/users/logout");
  tokens = null;
  await ending;
}

const post = (path, body) => ask("POST", path, { body: JSON.stringify(body) });

// Also behind the end of the page: the answer to a logout is not waited for.
function ask(method, path, options, headers = {}) {
  if (options.body !== undefined) headers["content-type"] = "application/json";
  return fetch(path, { method, headers, ...options, keepalive: path.endsWith("/logout"), cache: path === "/providers" ? "default" : "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" });
}

for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
// A page that is left for good ends its session, so that sessions do not pile up. One that the browser keeps may come back.
addEventListener("pagehide", (event) => { if (!event.persisted) end().catch(() => {}); });
