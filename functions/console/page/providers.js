// The picker of a provider, and the fields of a hook that it needs.
import { fill, h, icon } from "./dom.js";
import { visible } from "./json.js";
import { select } from "./rules.js";

const TILES = ["github", "gitlab", "stripe", "shopify", "slack", "bitbucket", "linear"];
const OWN = "";
const PROOFS = { verified: "the provider signs the body.", authenticated: "the sender knows the secret, but nothing proves the body.", none: "anyone who knows the address can have sent it." };

/** Sets `draft.provider` and the fields that it needs. `all` are the providers of the API. */
export function providerPicker(draft, all, changed) {
  const byName = new Map(all.map((one) => [one.name, one]));
  const tiles = h("div", { class: "picker", role: "radiogroup", "aria-label": "Provider" });
  const names = h("datalist", { id: "providers" }, all.map((one) => h("option", { value: one.title })));
  const other = h("input", { class: "field", id: "other-provider", list: "providers", autocomplete: "off", placeholder: `Search all ${all.length}`, onchange: pickOther });
  const words = h("p", { class: "hint", role: "status" });
  const fields = h("div", { class: "needs" });
  const el = h("div", {}, tiles, h("div", { class: "other-line" }, h("label", { class: "label", for: "other-provider" }, "Another provider"), other, names), words, fields);

  function pick(name) {
    draft.provider = name;
    draft.provider_options = {};
    draw();
    changed();
  }

  function pickOther() {
    const typed = other.value.trim().toLowerCase();
    const found = all.find((one) => one.title.toLowerCase() === typed || one.name === typed) ?? all.find((one) => one.title.toLowerCase().startsWith(typed));
    if (found && typed) { other.value = found.title; pick(found.name); } else if (typed) fill(words, "No provider of this name. Choose “Something else”, and say which header has the signature.");
  }

  function draw() {
    const shown = [...TILES.filter((name) => byName.has(name)), ...(draft.provider && !TILES.includes(draft.provider) ? [draft.provider] : []), OWN];
    fill(tiles, shown.map((name) => h("label", { class: "pick" }, h("input", { type: "radio", name: "provider", value: name, checked: name === draft.provider, onchange: () => { pick(name); tiles.querySelector(":checked")?.focus(); } }), h("span", {}, name === OWN ? "Something else" : byName.get(name)?.title ?? name))));
    const one = byName.get(draft.provider);
    if (one) fill(words, "Proof: ", h("strong", {}, one.proof), `, ${PROOFS[one.proof]} `, one.guide && h("a", { class: "link", href: one.guide, rel: "noopener" }, `${one.title}'s own page`));
    else fill(words, "A signature in a header of your own: an HMAC of the body, in hex or base64.");
    fill(fields, one ? needs(one) : own());
  }

  function needs(one) {
    return one.needs.map(({ field, description, required, secret }) => {
      const option = field.replace(/^provider_options\./, "");
      const isOption = option !== field;
      if (!isOption && field !== "secret") return null;
      const set = (value) => { if (isOption) { if (value) draft.provider_options[option] = value; else delete draft.provider_options[option]; } else draft.secret = value; changed(); };
      const input = h("input", { class: "field code", id: `need-${option}`, value: (isOption ? draft.provider_options[option] : draft.secret) ?? "", required, autocomplete: "off", spellcheck: "false", placeholder: required ? "" : secret ? "made for you if you leave it out" : "", oninput: () => set(input.value) });
      return h("div", { "data-field": field }, h("label", { class: "label", for: input.id }, visible(`${description[0].toUpperCase()}${description.slice(1)}`)), input);
    });
  }

  function own() {
    const header = h("input", { class: "field code", id: "own-header", value: draft.secret_header_name ?? "", placeholder: "X-Signature", autocomplete: "off", spellcheck: "false", disabled: !draft.requires_secret, oninput: () => { draft.secret_header_name = header.value; changed(); } });
    const algorithm = select(["sha256", "sha512", "sha1"], draft.secret_algorithm, (value) => { draft.secret_algorithm = value; changed(); });
    algorithm.id = "own-algorithm";
    const open = h("input", { type: "checkbox", checked: !draft.requires_secret, onchange: () => { draft.requires_secret = !open.checked; draw(); changed(); tiles.ownerDocument.getElementById("open-hook")?.focus(); }, id: "open-hook" });
    return [h("div", { "data-field": "secret_header_name" }, h("label", { class: "label", for: "own-header" }, "Header with the signature"), header), h("div", { "data-field": "secret_algorithm" }, h("label", { class: "label", for: "own-algorithm" }, "Algorithm"), algorithm),
      h("label", { class: "check wide" }, open, "No secret: anyone who knows the address can start this"), !draft.requires_secret && h("p", { class: "warned wide" }, icon("shield"), "Use this only where the provider cannot sign, and what runs does no harm.")];
  }

  draw();
  return { el, chosen: () => byName.get(draft.provider) ?? null };
}

/** What identifies the caller, as the API takes it. */
export function callerOf(draft, one) {
  if (one) {
    const secret = draft.secret && one.needs.some(({ field }) => field === "secret") ? { secret: draft.secret } : {};
    return { provider: one.name, provider_options: draft.provider_options, ...secret, ...(one.proof === "none" && { requires_secret: false }) };
  }
  return draft.requires_secret ? { requires_secret: true, secret_header_name: draft.secret_header_name, secret_algorithm: draft.secret_algorithm } : { requires_secret: false };
}
