"""The events of events/, and whether a function answers them as the files beside them say.

tests/local/events.rs compares in the same way, where the functions run on this machine as they are.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parents[2]
sys.path.append(str(PROJECT / "tests/contract"))

from stack import Stack, build  # noqa: E402

EVENTS = PROJECT / "events"
ANY, ABSENT = "{{any}}", "{{absent}}"

CALL_LIMIT = 30  # seconds

# Most of the time goes into programs of one thread that start.
AT_ONCE = 2

Invoke = Callable[[str], Any]
"""Gives an event, as text, to a function, and returns the answer."""


@dataclass(frozen=True)
class Case:
    path: Path

    def __str__(self) -> str:
        return str(self.path.relative_to(PROJECT))

    def expected(self) -> dict[str, Any]:
        own: dict[str, Any] = json.loads(self.path.with_suffix(".expected.json").read_text(encoding="utf-8"))
        return like(json.loads((EVENTS / "answers.json").read_text(encoding="utf-8")), own)


def like(answers: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """An expectation with the members of the answer of events/answers.json that it is `like`."""
    if "like" not in own:
        return own
    rest = {name: value for name, value in own.items() if name != "like"}
    expected: dict[str, Any] = laid_over(like(answers, answers[own["like"]]), rest)
    return expected


def laid_over(base: Any, over: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    return base | {name: laid_over(base.get(name), value) for name, value in over.items()}


def cases(function: str, first: bool) -> list[Case]:
    """The events of a function, such as `hook-trigger`, in alphabetical order, or the first of them."""
    events = (EVENTS / function).glob("*.json")
    found = [Case(path) for path in sorted(events) if not path.name.endswith(".expected.json")]
    return found[:1] if first else found


def environment(stack: Samples, host: str) -> dict[str, str]:
    """The variables of events/sam-env.json, for a stack on other ports than those of `cargo run`."""
    text = (EVENTS / "sam-env.json").read_text(encoding="utf-8")
    actual = {3001: stack.dynamodb_url, 3002: stack.sqs_url, 3003: stack.secrets_manager_url}
    for usual, url in actual.items():
        text = text.replace(f"host.docker.internal:{usual}", f"{host}:{port(url)}")
    variables: dict[str, str] = json.loads(text)["Parameters"]
    # Other callers may name a secret. A role is about ARNs, which differ for each stack.
    return variables | {name: stack.secret_arn(variables[name]) for name in ("SIGNING_KEY_ARN", "SEALING_KEY_ARN")}


def credentials(function: str) -> dict[str, str]:
    """The stack takes the access key for a function's logical id, and lets the function do what its role says."""
    return {"AWS_ACCESS_KEY_ID": function, "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}


def port(url: str) -> int:
    found = urlsplit(url).port
    if found is None:
        raise ValueError(f"{url} names no port")
    return found


class Samples(Stack):
    """A stack that has what events/seed.json lists, once an event was rendered for it."""

    def render(self, case: Case) -> str:
        endpoints = {
            "AWS_ENDPOINT_URL_DYNAMODB": self.dynamodb_url,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": self.secrets_manager_url,
        }
        command = [build("render-event"), case.path]
        done = subprocess.run(
            command, env=os.environ | endpoints, check=True, timeout=CALL_LIMIT, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def faults(self, case: Case, invoke: Invoke) -> list[str]:
        """Sends the event and says what of the answer, and of the queue, is not as expected."""
        event = self.render(case)
        self.jobs()
        answer = invoke(event)
        return list(compare(case.expected(), json.loads(event).get("version") == "2.0", answer, self.jobs()))

    def jobs(self) -> list[dict[str, Any]]:
        """Takes every job off the queue. An accepted call has put its own there by the time it is answered."""
        jobs: list[dict[str, Any]] = []
        while messages := self._receive():
            for message in messages:
                self._sqs("DeleteMessage", {"ReceiptHandle": message["ReceiptHandle"]})
                jobs.append({"group": message["Attributes"]["MessageGroupId"], "message": json.loads(message["Body"])})
        return jobs

    def secret_arn(self, name: str) -> str:
        headers = {"X-Amz-Target": "secretsmanager.DescribeSecret", "Content-Type": "application/x-amz-json-1.1"}
        body = json.dumps({"SecretId": name}).encode()
        request = urllib.request.Request(self.secrets_manager_url, body, headers, method="POST")
        with urllib.request.urlopen(request, timeout=CALL_LIMIT) as response:
            arn: str = json.load(response)["ARN"]
        return arn

    def _receive(self) -> list[dict[str, Any]]:
        try:
            answer = self._sqs("ReceiveMessage", {"MaxNumberOfMessages": 10, "AttributeNames": ["All"]})
        except urllib.error.URLError as error:
            raise RuntimeError(f"the stack does not answer:\n{self.log()[-2000:]}") from error
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages


def report(name: str, check: Callable[[], list[str]]) -> Iterator[str]:
    """Prints how a check went, and gives its faults."""
    started = time.monotonic()
    faults = check()
    print(f"{'FAILED' if faults else 'ok':6} {time.monotonic() - started:5.1f} s  {name}", flush=True)
    for fault in faults:
        print(f"        {fault}", flush=True)
        yield f"{name}: {fault}"


def faults_of_all(functions: Iterable[str], check: Callable[[str], Iterator[str]]) -> list[str]:
    """The faults that `check` gives for each function. It is called in several threads."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            return [fault for found in pool.map(lambda function: list(check(function)), functions) for fault in found]
        finally:
            pool.shutdown(cancel_futures=True)


def compare(expected: dict[str, Any], is_http: bool, answer: Any, jobs: list[dict[str, Any]]) -> Iterator[str]:
    if not isinstance(answer, dict):
        yield f"is {answer!r}"
    elif "errorType" in answer:
        yield from differences({"error": answer}, expected)
    elif not is_http:
        yield from differences({"answer": answer}, expected)
    else:
        body = read_body(answer.get("body"))
        job = jobs[0] if jobs else {}
        found = {"status": answer.get("statusCode"), "headers": answer.get("headers"), "body": body, "job": job}
        yield from differences(found, expected)
        yield from faults_of_jobs(expected.get("job"), jobs, (answer.get("headers") or {}).get("x-request-id"))


def read_body(body: str | None) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body  # A page is not JSON, and stays as it is.


def faults_of_jobs(expected: dict[str, Any] | None, jobs: list[dict[str, Any]], call: str | None) -> Iterator[str]:
    if len(jobs) != (0 if expected is None else 1):
        yield f"the jobs are {jobs}"
    elif expected is not None:
        message = jobs[0]["message"]
        yield from surplus(message, expected["message"])
        if not message["id"] == message["triggered_from"]["request_id"] == call:
            yield f"the job does not name the call {call}: {message}"


def differences(found: Any, expected: Any, at: str = "") -> Iterator[str]:
    """What `found` has not, of all that `expected` names."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name, value in expected.items():
            if value == ABSENT:
                if name in found:
                    yield f"{at}{name} is there: {found[name]!r}"
            elif name in found:
                yield from differences(found[name], value, f"{at}{name}: ")
            else:
                yield f"{at}{name} is not there: {found}"
    elif isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        for index, (one, other) in enumerate(zip(found, expected, strict=True)):
            yield from differences(one, other, f"{at}{index}: ")
    elif expected == ANY:
        if found is None:
            yield f"{at}is null"
    # `True` equals 1 in Python.
    elif type(found) is not type(expected) or found != expected:
        yield f"{at}{found!r} is not {expected!r}"


def surplus(found: Any, expected: Any, at: str = "job: ") -> Iterator[str]:
    """What `found` has that `expected` does not name."""
    if not isinstance(found, dict):
        return
    if not isinstance(expected, dict):
        yield f"{at}{found} is not {expected!r}"
        return
    for name, value in found.items():
        if name in expected:
            yield from surplus(value, expected[name], f"{at}{name}: ")
        else:
            yield f"{at}{name} is not expected"
