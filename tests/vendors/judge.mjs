// Lets the packages of npm/ sign calls and judge them, for judges.py: a line of JSON in, a line of JSON out.
//
// The first line out says what there is. Then each line in names a place in that list, what to do, and the calls.

import { readdir } from "node:fs/promises";
import { createInterface } from "node:readline";

const vendors = [];
for (const file of (await readdir(new URL("npm/", import.meta.url))).sort()) {
  const { default: found } = await import(`./npm/${file}`);
  vendors.push(...found);
}

// A package refuses a call with `false` or by throwing.
async function judged(verify, call) {
  try {
    return (await verify(call)) !== false;
  } catch {
    return false;
  }
}

const actions = {
  sign: (vendor, call) => vendor.sign(call),
  verify: (vendor, call) => judged(vendor.verify, call),
};

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
say(vendors.map(({ sign, verify, ...facts }) => facts));
for await (const line of createInterface({ input: process.stdin })) {
  const { place, action, calls } = JSON.parse(line);
  say(await Promise.all(calls.map((call) => actions[action](vendors[place], call))));
}
