// A call as a command for a shell. Whatever a sender chose stands between single quotes, and nowhere else.
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const SKIP = new Set(["host", "content-length", "connection", "accept-encoding", "transfer-encoding", "via", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-amzn-trace-id"]);
const LARGE = 100 * 1024; // Shells have a bound for a command.

/** The command, and whether the body has to be saved as a file beside it. */
export function curl(it, body) {
  const lines = [`curl -X POST ${quote(it.url)}`];
  for (const [name, value] of Object.entries(it.request_headers)) {
    if (!SKIP.has(name)) lines.push(`-H ${quote(`${name}: ${value.replace(/[\r\n\0]+/g, " ")}`)}`);
  }
  const isLarge = (body?.length ?? 0) > LARGE;
  if (isLarge) lines.push("--data-binary @body.json");
  else if (body) lines.push(`--data-raw ${quote(body)}`);
  return { command: lines.join(" \\\n  "), isLarge };
}
