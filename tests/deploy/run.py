"""Deploy the stack with `sam deploy`, as a release packs it, to an emulator of AWS that is not ours, and use it.

    cargo lambda build --x86-64    # or --arm64: what this machine is
    .venv/bin/python tests/deploy/run.py

It needs `sam`, and `ministack` in the environment that runs it. The release takes the place of a stack that was deployed
for the other architecture. Then it creates a user, logs in, creates a hook, calls it with a signed push and a tampered
one, reads the job from the queue, and deploys once more. Functions are invoked directly: the emulator does not read
routes out of an API's OpenAPI body.
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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STACK = "pipehook"
ARCHITECTURE, OTHER_ARCHITECTURE = ("arm64", "x86_64") if os.uname().machine == "aarch64" else ("x86_64", "arm64")

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
    subprocess.run([*command, "--binaries", stripped, "--output", directory], check=True)
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


def deploy(release: Path, url: str, *arguments: str) -> None:
    environment = os.environ | {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "SAM_CLI_TELEMETRY": "0",
    }
    command = ["sam", "deploy", "--no-confirm-changeset", "--stack-name", STACK, "--no-progressbar"]
    done = subprocess.run([*command, *arguments], cwd=release, env=environment, capture_output=True, text=True, timeout=600)
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
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.ReceiveMessage"}
        body = json.dumps({"QueueUrl": queue, "MaxNumberOfMessages": 10}).encode()
        return json.loads(self.send("/", body, "sqs", headers)).get("Messages") or []


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


def use(aws: Aws) -> None:
    ids = aws.resources()
    user = aws.invoke(ids["UserPut"], {"email": "ann@example.com", "name": "Ann", "project_id": 1, "environment_id": 1})
    check("an administrator creates a user", bool(user.get("password")), user)

    credentials = json.dumps({"email": "ann@example.com", "password": user["password"]})
    login = event("POST", "/users/login", "/users/login", credentials)
    tokens = answer(aws.invoke(ids["UserLogin"], login), 200, "the user logs in")
    bearer = f"Bearer {tokens['access_token']}"
    draft = {
        "name": "deploy",
        "action_type": "deploy",
        "resource_type": "application",
        "resource_id": 42,
        "requires_secret": True,
        "secret_algorithm": "sha256",
        "secret_header_name": "x-hub-signature-256",
        "settings": {"variables": [{"name": "ref", "type": "string", "required": True}]},
    }
    creation = event("POST", "/hooks/incoming", "/hooks/incoming", json.dumps(draft), authorization=bearer)
    hook = answer(aws.invoke(ids["HookCreate"], creation), 201, "the user creates a hook")

    route, path = "/hooks/{hook_id}/trigger", f"/hooks/{hook['id']}/trigger"
    body = json.dumps({"ref": "refs/heads/main"})
    signature = "sha256=" + hmac.new(hook["secret"].encode(), body.encode(), hashlib.sha256).hexdigest()
    tampered = event("POST", route, path, body.replace("main", "mean"), x_hub_signature_256=signature)
    answer(aws.invoke(ids["HookTrigger"], tampered), 401, "a tampered call is refused")
    check("and queues nothing", aws.receive(ids["JobsQueue"]) == [])
    push = event("POST", route, path, body, x_hub_signature_256=signature, x_github_event="push")
    accepted = answer(aws.invoke(ids["HookTrigger"], push), 200, "a signed call is accepted")

    messages = aws.receive(ids["JobsQueue"])
    check("and queues one job", len(messages) == 1, messages)
    job = json.loads(messages[0]["Body"])
    check("whose id is the call's", job["id"] == accepted["request_id"], job)
    check("with what the payload says", job["variables"] == {"ref": "refs/heads/main"}, job)

    listing = event("GET", "/{resource_types}/{resource_id}/hooks", "/applications/42/hooks", authorization=bearer)
    hooks = answer(aws.invoke(ids["HookList"], listing), 200, "the hook is listed")
    check("by its id", [hook["id"] for hook in hooks] == [hook["id"]], hooks)


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
                deploy(from_source(release), url, "--parameter-overrides", f"Architecture={OTHER_ARCHITECTURE}")
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
