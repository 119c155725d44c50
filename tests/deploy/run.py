"""Deploy the stack with `sam deploy`, as a release packs it, to an emulator of AWS that is not ours, and use it.

    cargo lambda build --x86-64    # or --arm64: what this machine is
    .venv/bin/python tests/deploy/run.py

It needs `sam`, and `ministack` in the environment that runs it. The release takes the place of a stack that was deployed
for the other architecture. Then it creates a user, logs in, creates a hook, calls it with a signed push and a tampered
one, and reads the job from the queue. Another call runs a pipeline whose step is a state machine: its job starts an
execution, whose end completes the action. At the end it deploys once more. Functions are invoked directly: the emulator
does not read routes out of an API's OpenAPI body. Nor does it tell EventBridge of executions: the test does.
"""

import argparse
import contextlib
import hashlib
import hmac
import json
import os
import re
import shutil
import socket
import string
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STACK = "pipehook"
ARCHITECTURE, OTHER_ARCHITECTURE = ("arm64", "x86_64") if os.uname().machine == "aarch64" else ("x86_64", "arm64")

# The state machines that the stack may start.
MACHINES = "arn:aws:states:us-east-1:000000000000:stateMachine:"
PARAMETERS = [f"AllowedStateMachines={MACHINES}deploy-*"]

# As a string of YAML.
PUNCTUATION = "'" + string.punctuation.replace("'", "''") + "'"

# What the emulator cannot do, and what it is given instead. Nothing else of the template is changed.
ADAPTATIONS = [
    (
        "an alarm on metric math: it gets an alarm on a plain metric",
        re.compile(r"^      Metrics:\n(?:        .*\n)+", re.MULTILINE),
        "      Namespace: AWS/ApiGateway\n      MetricName: 5xx\n      Statistic: Sum\n      Period: 300\n",
    ),
    (
        "no CodeDeploy: the alias moves at once",
        re.compile(r"^    DeploymentPreference:\n(?:      .*\n)+", re.MULTILINE),
        "",
    ),
    (
        "secrets without punctuation: it gets the characters to leave out",
        re.compile(r"ExcludePunctuation: true"),
        f"ExcludeCharacters: {PUNCTUATION}",
    ),
]


class Failed(Exception):
    """What went wrong, for people."""


def check(claim: str, holds: bool, seen: Any = None) -> None:
    if not holds:
        raise Failed(f"{claim}: {seen}")
    print(f"  ok  {claim}")


def pack(binaries: Path, directory: Path) -> Path:
    """What a release holds, of debug binaries without their symbols."""
    stripped = directory / "binaries"
    stripped.mkdir()
    for function in sorted(path.name for path in (ROOT / "functions").iterdir() if path.is_dir()):
        binary = binaries / function / "bootstrap"
        if not binary.is_file():
            raise Failed(f"{binary} is missing: run `cargo lambda build`")
        subprocess.run(["strip", "-o", stripped / function, binary], check=True)
    command = [sys.executable, ROOT / ".ci/package.py", "--architecture", ARCHITECTURE]
    subprocess.run([*command, "--binaries", stripped, "--output", directory, "--level", "1"], check=True)
    release = directory / "release"
    with zipfile.ZipFile(directory / f"pipehook-dev-{ARCHITECTURE}.zip") as archive:
        archive.extractall(release)
    adapt((release / "template.yaml").read_text(), release)
    return release


def from_source(release: Path) -> Path:
    """What `sam deploy` takes from the repository: the template with all of its parameters."""
    source = release.with_name("source")
    shutil.copytree(release, source)
    template = (ROOT / "template.yaml").read_text()
    adapt(re.sub(r"CodeUri: target/lambda/([a-z-]+)/", r"CodeUri: functions/\1.zip", template), source)
    return source


def adapt(template: str, directory: Path) -> None:
    for reason, pattern, replacement in ADAPTATIONS:
        template, count = pattern.subn(lambda _: replacement, template)
        print(f"  adapted ({count} times): {reason}")
    (directory / "template.yaml").write_text(template)


@contextlib.contextmanager
def emulator(directory: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = directory / "emulator.log"
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        # Functions are processes of this machine, not containers, and find the services here.
        "LAMBDA_EXECUTOR": "local",
        "AWS_ENDPOINT_URL": url,
    }
    command = [Path(sys.executable).with_name("ministack")]
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, cwd=directory, stdout=output, stderr=output)
    try:
        for _ in range(60):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}/_ministack/health", timeout=1)
                break
            time.sleep(0.5)
        yield url
    except Exception:
        print(log.read_text()[-4000:], file=sys.stderr)
        raise
    finally:
        process.terminate()
        process.wait(30)


def deploy(release: Path, url: str, *parameters: str) -> None:
    environment = os.environ | {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "SAM_CLI_TELEMETRY": "0",
    }
    command = ["sam", "deploy", "--no-confirm-changeset", "--stack-name", STACK, "--no-progressbar"]
    command += ["--parameter-overrides", *PARAMETERS, *parameters]
    done = subprocess.run(command, cwd=release, env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise Failed(f"sam deploy ended with {done.returncode}:\n{done.stdout[-6000:]}\n{done.stderr[-2000:]}")


class Aws:
    """The few calls of the AWS API that a user makes."""

    def __init__(self, url: str) -> None:
        self.url = url

    def send(self, path: str, body: bytes | None, service: str, headers: dict[str, str]) -> bytes:
        scope = f"test/20260101/us-east-1/{service}/aws4_request"
        authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        request = urllib.request.Request(self.url + path, body, headers | {"Authorization": authorization})
        try:
            return urllib.request.urlopen(request, timeout=60).read()
        except urllib.error.HTTPError as error:
            raise Failed(f"{service} answered {error.code}: {error.read().decode(errors='replace')}") from error

    def resources(self) -> dict[str, str]:
        """The physical ids of the stack's resources, by their logical ids."""
        form = f"Action=DescribeStackResources&Version=2010-05-15&StackName={STACK}".encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        text = self.send("/", form, "cloudformation", headers).decode()
        members = re.findall(r"<member>(.*?)</member>", text, re.DOTALL)
        one = re.compile(r"<(LogicalResourceId|PhysicalResourceId)>(.*?)</\1>")
        found = [dict(one.findall(member)) for member in members]
        return {ids["LogicalResourceId"]: ids.get("PhysicalResourceId", "") for ids in found if ids}

    def invoke(self, function: str, payload: Any) -> Any:
        path = f"/2015-03-31/functions/{function}/invocations"
        return json.loads(self.send(path, json.dumps(payload).encode(), "lambda", {}))

    def architectures(self) -> set[str]:
        """What the functions of the stack run on."""
        functions = json.loads(self.send("/2015-03-31/functions/", None, "lambda", {}))["Functions"]
        return {architecture for function in functions for architecture in function["Architectures"]}

    def receive(self, queue: str) -> list[dict[str, Any]]:
        received = self.call("sqs", "AmazonSQS.ReceiveMessage", {"QueueUrl": queue, "MaxNumberOfMessages": 10})
        return received.get("Messages") or []

    def states(self, operation: str, request: Any) -> Any:
        return self.call("states", f"AWSStepFunctions.{operation}", request)

    def call(self, service: str, target: str, request: Any) -> Any:
        """A request in AWS's JSON protocol."""
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target}
        return json.loads(self.send("/", json.dumps(request).encode(), service, headers) or b"{}")


def event(method: str, route: str, path: str, body: str = "", **headers: str) -> dict[str, Any]:
    """A call as API Gateway hands it to a function (payload format 2.0)."""
    names = re.findall(r"{(\w+)}", route)
    pattern = re.sub(r"{\w+}", "([^/]+)", route)
    values = re.fullmatch(pattern, path)
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test"}
    return {
        "version": "2.0",
        "routeKey": f"{method} {route}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "api.example.com"}
        | {name.replace("_", "-"): value for name, value in headers.items()},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "api",
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": http,
            "requestId": "id",
            "routeKey": f"{method} {route}",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1767225600000,
        },
        "pathParameters": dict(zip(names, values.groups() if values else (), strict=True)),
        "body": body,
        "isBase64Encoded": False,
    }


def answer(given: Any, status: int, claim: str) -> Any:
    check(claim, isinstance(given, dict) and given.get("statusCode") == status, given)
    return json.loads(given["body"]) if given.get("body") else None


def until(claim: str, read: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
    """Checks what takes a moment: queues and rules deliver when they like."""
    deadline = time.monotonic() + 60
    while not holds(seen := read()) and time.monotonic() < deadline:
        time.sleep(0.5)
    check(claim, holds(seen), seen)
    return seen


def use(aws: Aws) -> None:
    ids = aws.resources()
    bearer = log_in(aws, ids)
    use_hook(aws, ids, bearer)
    use_state_machine(aws, ids, bearer)


def log_in(aws: Aws, ids: dict[str, str]) -> str:
    user = aws.invoke(ids["UserPut"], {"email": "ann@example.com", "name": "Ann", "project_id": 1, "environment_id": 1})
    check("an administrator creates a user", bool(user.get("password")), user)

    credentials = json.dumps({"email": "ann@example.com", "password": user["password"]})
    login = event("POST", "/users/login", "/users/login", credentials)
    tokens = answer(aws.invoke(ids["UserLogin"], login), 200, "the user logs in")
    return f"Bearer {tokens['access_token']}"


def create_hook(aws: Aws, ids: dict[str, str], bearer: str, *variables: dict[str, Any]) -> dict[str, Any]:
    draft = {
        "name": "deploy",
        "action_type": "deploy",
        "resource_type": "application",
        "resource_id": 42,
        "requires_secret": True,
        "secret_algorithm": "sha256",
        "secret_header_name": "x-hub-signature-256",
        "settings": {"variables": [{"name": "ref", "type": "string", "required": True}, *variables]},
    }
    creation = event("POST", "/hooks/incoming", "/hooks/incoming", json.dumps(draft), authorization=bearer)
    return answer(aws.invoke(ids["HookCreate"], creation), 201, "the user creates a hook")


def push(aws: Aws, ids: dict[str, str], hook: dict[str, Any], signed: str, sent: str) -> Any:
    """The answer to a call whose signature is that of another body, if the two differ."""
    signature = "sha256=" + hmac.new(hook["secret"].encode(), signed.encode(), hashlib.sha256).hexdigest()
    route, path = "/hooks/{hook_id}/trigger", f"/hooks/{hook['id']}/trigger"
    call = event("POST", route, path, sent, x_hub_signature_256=signature, x_github_event="push")
    return aws.invoke(ids["HookTrigger"], call)


def use_hook(aws: Aws, ids: dict[str, str], bearer: str) -> None:
    hook = create_hook(aws, ids, bearer)
    body = json.dumps({"ref": "refs/heads/main"})
    answer(push(aws, ids, hook, body, body.replace("main", "mean")), 401, "a tampered call is refused")
    check("and queues nothing", aws.receive(ids["JobsQueue"]) == [])
    accepted = answer(push(aws, ids, hook, body, body), 200, "a signed call is accepted")

    messages = aws.receive(ids["JobsQueue"])
    check("and queues one job", len(messages) == 1, messages)
    job = json.loads(messages[0]["Body"])
    check("whose id is the call's", job["id"] == accepted["request_id"], job)
    check("with what the payload says", job["variables"] == {"ref": "refs/heads/main"}, job)

    listing = event("GET", "/{resource_types}/{resource_id}/hooks", "/applications/42/hooks", authorization=bearer)
    hooks = answer(aws.invoke(ids["HookList"], listing), 200, "the hook is listed")
    check("by its id", [listed["id"] for listed in hooks] == [hook["id"]], hooks)


def use_state_machine(aws: Aws, ids: dict[str, str], bearer: str) -> None:
    def act(machine: str) -> dict[str, Any]:
        """The action that a signed call starts, of a new pipeline whose step is this state machine."""
        route = "/pipelines/{resource_type}/{resource_id}"
        draft = json.dumps({"name": machine, "operation": "deploy"})
        creation = event("POST", route, "/pipelines/application/42", draft, authorization=bearer)
        pipeline = answer(aws.invoke(ids["PipelineCreate"], creation), 201, f"a pipeline for {machine}")
        step = json.dumps({"type": "step-functions", "runner": "custom", "command": MACHINES + machine})
        route, path = "/pipelines/{pipeline_id}/steps", f"/pipelines/{pipeline['id']}/steps"
        creation = event("POST", route, path, step, authorization=bearer)
        answer(aws.invoke(ids["StepCreate"], creation), 201, "its step is the state machine")
        number = {"name": "pipeline_id", "type": "integer", "required": False, "default_value": pipeline["id"]}
        hook = create_hook(aws, ids, bearer, number)
        body = json.dumps({"ref": "refs/heads/main"})
        given = push(aws, ids, hook, body, body)
        job = answer(given, 200, "a signed call runs the pipeline")["request_id"]
        headers = {name.lower(): value for name, value in given["headers"].items()}
        return {"id": headers["x-devopness-action-id"], "job": job}

    def action(identity: str) -> Any:
        reading = event("GET", "/actions/{action_id}", f"/actions/{identity}", authorization=bearer)
        return json.loads(aws.invoke(ids["ActionGet"], reading)["body"])

    def executions(machine: str) -> list[dict[str, Any]]:
        return aws.states("ListExecutions", {"stateMachineArn": MACHINES + machine})["executions"]

    shows = {"Type": "Pass", "Output": "{% {'ref': $states.input.variables.ref} %}", "End": True}
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "Show", "States": {"Show": shows}})
    machine = {"definition": definition, "roleArn": "arn:aws:iam::000000000000:role/machine"}
    tag = {"key": "pipehook:project", "value": "1"}
    aws.states("CreateStateMachine", machine | {"name": "deploy-shop", "tags": [tag]})
    aws.states("CreateStateMachine", machine | {"name": "deploy-other"})

    refused = act("deploy-other")
    until("a state machine without the tag fails the action", lambda: action(refused["id"])["status"], "failed".__eq__)
    check("and starts nothing", executions("deploy-other") == [])

    started = act("deploy-shop")
    name = f"pipehook-{started['id']}-{started['job']}"
    ended = until(
        "an execution of the action's name succeeds",
        lambda: executions("deploy-shop"),
        lambda found: [(one["name"], one["status"]) for one in found] == [(name, "SUCCEEDED")],
    )
    tell(aws, ids, aws.states("DescribeExecution", {"executionArn": ended[0]["executionArn"]}))
    until("its end completes the action", lambda: action(started["id"])["status"], "completed".__eq__)
    route = "/actions/{action_id}/targets/{action_target_id}/steps/{action_step_order}/logs"
    path = f"/actions/{started['id']}/targets/{started['id']}/steps/1/logs"
    log = answer(aws.invoke(ids["ActionLog"], event("GET", route, path, authorization=bearer)), 200, "it has a log")
    check("with the output of the execution", json.loads(log["step"]["output"]) == {"ref": "refs/heads/main"}, log)


def tell(aws: Aws, ids: dict[str, str], execution: dict[str, Any]) -> None:
    """Does what AWS does when an execution has ended, as far as a user may."""
    detail = {name: execution.get(name) for name in ("executionArn", "stateMachineArn", "name", "status", "output")}
    detail |= {"error": execution.get("error"), "cause": execution.get("cause"), "outputDetails": {"included": True}}
    event = {
        "version": "0",
        "id": "315c1398-40ff-4a85-8213-158f73e60175",
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "account": "000000000000",
        "region": "us-east-1",
        "time": "2026-11-30T00:00:00Z",
        "resources": [execution["executionArn"]],
        "detail": detail,
    }
    rule = {"Name": ids["ActionFinishEnded"]}
    pattern = aws.call("events", "AWSEvents.DescribeRule", rule)["EventPattern"]

    def fits(event: dict[str, Any]) -> bool:
        request = {"EventPattern": pattern, "Event": json.dumps(event)}
        return aws.call("events", "AWSEvents.TestEventPattern", request)["Result"]

    check("a rule waits for its end", fits(event))
    check("and not for its start", not fits(event | {"detail": detail | {"status": "RUNNING"}}))
    check("nor for what others run", not fits(event | {"detail": detail | {"name": "by-hand"}}))
    targets = aws.call("events", "AWSEvents.ListTargetsByRule", {"Rule": ids["ActionFinishEnded"]})["Targets"]
    check("the rule calls ActionFinish", [target["Arn"].split(":")[6] for target in targets] == [ids["ActionFinish"]], targets)
    aws.invoke(ids["ActionFinish"], event)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=Path, default=ROOT / "target/lambda", help="default: target/lambda")
    arguments = parser.parse_args()
    if shutil.which("sam") is None:
        print("sam is not on the PATH: pip install --requirement .ci/requirements.txt", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="pipehook-deploy-") as name:
        directory = Path(name)
        try:
            release = pack(arguments.binaries.resolve(), directory)
            with emulator(directory) as url:
                aws, started = Aws(url), time.monotonic()
                deploy(from_source(release), url, f"Architecture={OTHER_ARCHITECTURE}")
                print(f"  ok  sam deploy made the stack in {time.monotonic() - started:.0f} s")
                check("for the other architecture", aws.architectures() == {OTHER_ARCHITECTURE}, aws.architectures())
                deploy(release, url)
                check("a release decides what it runs on", aws.architectures() == {ARCHITECTURE}, aws.architectures())
                use(aws)
                deploy(release, url)
                print("  ok  a second sam deploy finds nothing to do")
        except Failed as failed:
            print(f"FAILED: {failed}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
