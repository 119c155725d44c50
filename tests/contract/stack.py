"""The real stack of `cargo run`, for tests that are written in Python.

    with Stack() as stack:
        call(stack.url, stack.email, stack.password)
        jobs = stack.receive_jobs()

Alone, `python tests/contract/stack.py` serves one until Ctrl-C and prints where it is. Standard library only.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from typing import Self  # Python 3.11

PROJECT = Path(__file__).resolve().parents[2]

# In seconds. The first two may have to compile everything, or wait for another cargo in the same directory.
BUILD_LIMIT = 1200
READY_LIMIT = 1200
CALL_LIMIT = 30
STOP_LIMIT = 20


@functools.cache
def build(program: str) -> Path:
    """Builds a program of the workspace, once in the life of this process."""
    # Cargo chooses the features of dependencies for the whole workspace, as everywhere else: nothing is compiled twice.
    command = ["cargo", "build", "--workspace", "--bin", program, "--quiet"]
    subprocess.run(command, cwd=PROJECT, check=True, timeout=BUILD_LIMIT)
    return Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target")) / "debug" / program


@dataclass(frozen=True)
class User:
    """Someone who may log in."""

    id: int
    name: str
    email: str
    password: str
    project_id: int
    environment_id: int


class Stack:
    """A stack on free ports, which lives as long as the `with` block. Nothing of it is kept.

    It is built first, unless `program` names one that is. That one gets no environment, and shows calls and jobs.
    """

    url: str
    """The API, without a slash at the end."""
    email: str
    """The demo user's, who belongs to project 1 and environment 1. So are `password` and the pipeline."""
    password: str
    pipeline_id: int
    jobs_queue_url: str
    dynamodb_url: str
    sqs_url: str
    secrets_manager_url: str
    lambda_url: str
    step_functions_url: str

    def __init__(self, program: Path | None = None) -> None:
        self._program = program

    def __enter__(self) -> Self:
        self._directory = tempfile.TemporaryDirectory(prefix="pipehook-")
        self._log = Path(self._directory.name, "log")
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def invoke(self, function: str, event: object) -> Any:
        """Calls a function directly, as `aws lambda invoke` does; by logical id or name."""
        url = f"{self.lambda_url}/2015-03-31/functions/{function}/invocations"
        request = urllib.request.Request(url, json.dumps(event).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=CALL_LIMIT) as response:
            answer = json.load(response)
            if response.headers["X-Amz-Function-Error"]:
                raise RuntimeError(f"{function} failed: {answer}")
        return answer

    def put_user(self, *, project_id: int, environment_id: int = 1, name: str = "Ann Bee") -> User:
        """Makes a user with a new address."""
        address = f"{secrets.token_hex(8)}@example.com"
        event = {"email": address, "name": name, "project_id": project_id, "environment_id": environment_id}
        answer = self.invoke("UserPut", event)
        return User(answer["id"], name, address, answer["password"], project_id, environment_id)

    @contextlib.contextmanager
    def worker(self, token: str) -> Iterator[None]:
        """A real worker of the project whose token this is, as long as the `with` block. It prints into the log."""
        program = self._program.parent / "pipehook" if self._program else build("pipehook")
        with self._log.open("ab") as log:
            worker = subprocess.Popen(
                [program, "worker", "--name", "a worker"],
                cwd=self._directory.name,
                env={"PATH": os.environ["PATH"], "PIPEHOOK_URL": self.url, "PIPEHOOK_TOKEN": token},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - as for the stack.
            )
        try:
            yield
        finally:
            worker.terminate()
            worker.wait(STOP_LIMIT)

    def receive_jobs(self, *, at_least: int = 0, within: float = 5) -> list[dict[str, Any]]:
        """Takes every job off the queue, in order. Waits up to `within` seconds until `at_least` so many have come."""
        deadline = time.monotonic() + within
        jobs: list[dict[str, Any]] = []
        while True:
            batch = list(self._receive_messages())
            jobs += batch
            if batch:
                continue  # SQS hands out ten at most.
            if len(jobs) >= at_least or time.monotonic() > deadline:
                return jobs
            time.sleep(0.05)

    def kill(self) -> None:
        """Kills it as the kernel does when memory runs out: it can do nothing more."""
        self._process.kill()
        self._process.wait(STOP_LIMIT)

    def log(self) -> str:
        """All that the stack has printed so far, with the warnings and errors of the functions."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def _receive_messages(self) -> Iterator[dict[str, Any]]:
        answer = self._sqs("ReceiveMessage", {"MaxNumberOfMessages": 10})
        for message in answer.get("Messages", []):
            self._sqs("DeleteMessage", {"ReceiptHandle": message["ReceiptHandle"]})
            yield json.loads(message["Body"])

    def _sqs(self, operation: str, parameters: dict[str, object]) -> dict[str, Any]:
        # The emulator checks no signature, but wants to see one.
        credential = "Credential=local/20260101/us-east-1/sqs/aws4_request"
        headers = {
            "X-Amz-Target": f"AmazonSQS.{operation}",
            "X-Amz-Date": "20260101T000000Z",
            "Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0",
            "Content-Type": "application/x-amz-json-1.0",
        }
        body = json.dumps({"QueueUrl": self.jobs_queue_url, **parameters}).encode()
        request = urllib.request.Request(self.sqs_url, body, headers, method="POST")
        with urllib.request.urlopen(request, timeout=CALL_LIMIT) as response:
            answer: dict[str, Any] = json.loads(response.read() or b"{}")
        return answer

    def _start(self) -> None:
        ready = Path(self._directory.name, "ready.json")
        command: list[str | Path] = [self._program or build("local"), "--port", "0", "--ready-file", ready]
        if self._program is None:
            # Less than in production: a change of a hook waits for so long.
            command += ["--no-tail", "--no-worker", "--variable", "HOOK_COPY_MILLISECONDS=50"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=PROJECT if self._program is None else self._directory.name,
                env=None if self._program is None else {},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for this program, which then stops the stack.
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - no thread is running yet, and it takes no lock.
            )
        facts = self._wait_for(ready)
        self.url = facts.pop("api_url")
        vars(self).update(facts)

    def _wait_for(self, ready: Path) -> dict[str, str]:
        deadline = time.monotonic() + READY_LIMIT
        while not ready.exists():
            if self._process.poll() is not None:
                self._give_up(f"it ended with status {self._process.returncode}")
            if time.monotonic() > deadline:
                self._give_up(f"it is not ready after {READY_LIMIT} s")
            time.sleep(0.05)
        facts: dict[str, str] = json.loads(ready.read_text())
        return facts

    def _give_up(self, why: str) -> NoReturn:
        raise RuntimeError(f"the stack did not start: {why}\n{self.log()[-4000:]}")

    def _stop(self) -> None:
        process = getattr(self, "_process", None)
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_LIMIT)
            except (subprocess.TimeoutExpired, KeyboardInterrupt):
                os.killpg(process.pid, signal.SIGKILL)  # The functions too: they are in the session of the stack.
                process.wait()
        self._directory.cleanup()


def _end_with_parent() -> None:
    """Lets the stack end with this program, also when that is killed and cannot clean up. Only Linux knows how."""
    if sys.platform == "linux":
        set_signal_at_parents_death = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(set_signal_at_parents_death, signal.SIGTERM)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):  # A shell's background job would ignore the first.
        signal.signal(number, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), Stack() as stack:
        facts = {name: value for name, value in vars(stack).items() if not name.startswith("_")}
        print(json.dumps(facts, indent=2), flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
