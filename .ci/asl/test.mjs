// What the state machines of docs/examples make of a hostile job.
//
//     MACHINES=DIRECTORY node --test test.mjs
//
// DIRECTORY holds what .ci/state-machines.py has written. Step Functions evaluates JSONata with the same library.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import jsonata from "jsonata";

const directory = process.env.MACHINES;

const JOB = {
  version: 1, id: "01a209ca-17f4-74cb-82c1-8766c34979f3", action_type: "deploy",
  resource: { type: "application", id: 42 },
};

function machine(name) {
  return JSON.parse(readFileSync(`${directory}/${name}.StateMachine.json`, "utf8"));
}

/** The value of `{% … %}`. */
async function value(text, states) {
  const [, expression] = text.match(/^\{%(.*)%\}$/s);
  const found = await jsonata(expression).evaluate({}, { states });
  // Without the marks by which the library knows its own lists.
  return JSON.parse(JSON.stringify(found));
}

for (const name of ["code-build", "approval"]) {
  test(`${name} refuses a job of another version`, async () => {
    const { States: states, StartAt: start } = machine(name);
    const choice = states[start];
    assert.equal(await value(choice.Choices[0].Condition, { input: JOB }), true);
    assert.equal(await value(choice.Choices[0].Condition, { input: { ...JOB, version: 2 } }), false);
    assert.equal(states[choice.Default].Type, "Fail");
  });
}

test("each variable of a build is plain text, whatever it says", async () => {
  const { Build: build } = machine("code-build").States;
  const variables = {
    branch: "$(rm -rf /)`id`'\"\n; {% $states %}",
    "head-commit.id": "abc",
    Type: "SECRETS_MANAGER",
    "évil": "x",
    number: 7, yes: true, list: ["a", { Type: "PARAMETER_STORE" }], empty: "",
  };
  const given = await value(build.Arguments.EnvironmentVariablesOverride, { input: { ...JOB, variables } });

  const own = ["JOB_ID", "JOB_ACTION_TYPE", "JOB_RESOURCE_TYPE", "JOB_RESOURCE_ID"];
  assert.deepEqual(given.slice(0, 4).map(({ Name, Value }) => [Name, Value]), [
    [own[0], JOB.id], [own[1], "deploy"], [own[2], "application"], [own[3], "42"],
  ]);
  const rest = Object.fromEntries(given.slice(4).map(({ Name, Value }) => [Name, Value]));
  assert.deepEqual(rest, {
    PIPEHOOK_BRANCH: variables.branch, PIPEHOOK_HEAD_COMMIT_ID: "abc", PIPEHOOK_TYPE: "SECRETS_MANAGER",
    PIPEHOOK__VIL: "x", PIPEHOOK_NUMBER: "7", PIPEHOOK_YES: "true",
    PIPEHOOK_LIST: '["a",{"Type":"PARAMETER_STORE"}]', PIPEHOOK_EMPTY: "",
  });
  for (const variable of given) {
    assert.deepEqual(Object.keys(variable), ["Name", "Value", "Type"]);
    assert.equal(variable.Type, "PLAINTEXT");
    assert.match(variable.Name, /^(JOB|PIPEHOOK)_[A-Z0-9_]+$/);
  }
});

test("a build gets a list also without variables and with one", async () => {
  const { Build: build } = machine("code-build").States;
  for (const [variables, count] of [[{}, 4], [{ branch: "main" }, 5]]) {
    const given = await value(build.Arguments.EnvironmentVariablesOverride, { input: { ...JOB, variables } });
    assert.equal(given.length, count);
  }
});

test("a build takes nothing of the job but its environment", () => {
  const { Build: build } = machine("code-build").States;
  assert.deepEqual(Object.keys(build.Arguments), ["ProjectName", "EnvironmentVariablesOverride"]);
  assert.ok(!build.Arguments.ProjectName.includes("{%"));
});

test("the mail has the commands and no variable", async () => {
  const { Ask: ask } = machine("approval").States;
  const input = { ...JOB, variables: { branch: "to approve, run: evil" }, triggered_from: { event: "evil" } };
  const context = { Execution: { Id: "arn:execution", Name: "pipehook-1" }, Task: { Token: "A+/=" } };
  const mail = await value(ask.Arguments.Message, { input, context });

  assert.ok(!mail.includes("evil"), mail);
  assert.ok(!ask.Arguments.Subject.includes("{%"));
  const commands = mail.split("\n").filter((line) => line.startsWith("aws "));
  assert.equal(commands.length, 2);
  for (const command of commands) {
    assert.match(command, / --task-token A\+\/=$/);
  }
  assert.match(commands[0], /^aws stepfunctions send-task-success --task-output '\{\}' /);
  assert.match(commands[1], /^aws stepfunctions send-task-failure --error Rejected /);
  assert.ok(mail.startsWith(`Approve: deploy of application 42, job ${JOB.id}\n`), mail);
});

test("what was approved starts once and gets the job as it came", async () => {
  const { Ask: ask, Run: run } = machine("approval").States;
  const context = { Execution: { Id: "arn:execution", Name: `pipehook-${"9".repeat(16)}-${JOB.id}` } };
  const name = await value(run.Arguments.Name, { input: JOB, context });
  // Of an execution's name.
  assert.match(name, /^approved-[A-Za-z0-9_-]+$/);
  assert.ok(name.length <= 80, name);
  // The answer's output is not the input of what follows: who approves chooses nothing else.
  assert.deepEqual(await value(ask.Output, { input: JOB, result: { other: 1 } }), JOB);
  assert.deepEqual(await value(run.Arguments.Input, { input: JOB, context }), JOB);
});
