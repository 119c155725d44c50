"""Runs the events of events/ through `sam local invoke`, and a newcomer's first steps through `sam local start-api`.

    cargo lambda build --x86-64    # or --arm64: what this machine is
    python3 tests/sam/run.py

The functions run in containers, under their roles, on the DynamoDB, SQS and Secrets Manager of `cargo run`. Each
answer, and the job on the queue, must be what the file beside the event says.

It takes the Docker engine that answers. If none does, and it is root, it starts Debian's, which --install installs with
apt-get. If Amazon's image cannot be pulled, a Debian takes its place. Where nothing of this can be done, it says why
and ends with status 77.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import template
from api import first_steps
from bridge import Bridge
from engine import engine, image
from host import SKIPPED, Unavailable, architecture
from samples import PROJECT, Samples, cases, credentials, environment, faults_of_all, port, report

# In seconds.
INVOKE_LIMIT = 120
START_LIMIT = 60
STOP_LIMIT = 30

HOST = "host.docker.internal"


class Sam:
    """`sam local`, with what it needs to be told of this project and this machine."""

    def __init__(self, program: str, image: str, template: Path) -> None:
        self._program = program
        self._image = image
        self._template = template
        self._directory = Path(tempfile.mkdtemp(dir=template.parent))

    def invoke(self, stack: Samples, function: str) -> Callable[[str], Any]:
        command = self._command("invoke", stack, {}) + [function, "--event"]

        def invoke(event: str) -> Any:
            done = subprocess.run(
                [*command, self._write("event.json", event)],
                env=os.environ | credentials(function),
                timeout=INVOKE_LIMIT,
                capture_output=True,
                text=True,
            )
            try:
                return json.loads(done.stdout)
            except ValueError:
                return f"status {done.returncode}: {done.stdout}{done.stderr[-2000:]}"

        return invoke

    @contextmanager
    def start_api(self, stack: Samples) -> Iterator[str]:
        """Serves the API in this block, at the address that it is given."""
        url = f"http://127.0.0.1:{free_port()}"
        # SAM leaves the port out of the domain's name.
        command = self._command("start-api", stack, {"PUBLIC_URL": url})
        command += ["--port", str(port(url)), "--warm-containers", "LAZY"]
        log = self._directory / "start-api.log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, env=os.environ | credentials("local"), stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + START_LIMIT
            while "Running on" not in log.read_text(errors="replace"):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"sam local start-api does not start:\n{log.read_text(errors='replace')}")
                time.sleep(0.1)
            yield url
        finally:
            process.terminate()  # It then removes its containers.
            process.wait(STOP_LIMIT)

    def _command(self, what: str, stack: Samples, more: dict[str, str]) -> list[str]:
        variables = {"Parameters": environment(stack, HOST) | more}
        environment_file = self._write("environment.json", json.dumps(variables))
        command = [self._program, "local", what, "--template", str(self._template)]
        command += ["--env-vars", environment_file, "--add-host", f"{HOST}:host-gateway"]
        return command + ["--skip-pull-image", "--invoke-image", self._image]

    def _write(self, name: str, text: str) -> str:
        path = self._directory / name
        path.write_text(text, encoding="utf-8")
        return str(path)


@contextmanager
def bridge(stack: Samples) -> Iterator[None]:
    """Containers reach the stack in this block."""
    ports = [str(port(url)) for url in (stack.dynamodb_url, stack.sqs_url, stack.secrets_manager_url)]
    command = [sys.executable, str(PROJECT / "tests/sam/bridge.py"), *ports]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise RuntimeError("the stack cannot be reached from Docker's network")
        try:
            yield
        finally:
            process.terminate()


def check_events(sam: Callable[[], Sam], function: str, first: bool) -> Iterator[str]:
    logical_id = template.functions()[function]
    # A stack for each function: lists must not show what the events of another one have made.
    with Samples() as stack, bridge(stack):
        invoke = sam().invoke(stack, logical_id)
        for case in cases(function, first):
            yield from report(str(case), partial(stack.faults, case, invoke))


def check_api(sam: Sam) -> Iterator[str]:
    with Samples() as stack, bridge(stack), sam.start_api(stack) as url:
        yield from report("sam local start-api", partial(first_steps, stack, url))
        yield from report("tests/sam/bridge.py lets only containers in", partial(check_bridge, stack))


def check_bridge(stack: Samples) -> list[str]:
    """A neighbour who sends packets for the bridge gets nothing out of it. Containers do, as the events have shown."""
    peer = (Bridge().address, port(stack.dynamodb_url))
    with socket.create_connection(peer, INVOKE_LIMIT, source_address=("127.0.0.1", 0)) as neighbour:
        neighbour.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            answer = neighbour.recv(100)
        except ConnectionError:
            answer = b""
    return [f"127.0.0.1, which is not in Docker's network, was answered {answer!r}"] if answer else []


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found: int = server.getsockname()[1]
        return found


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("function", nargs="*", help="only the events of these functions, such as hook-trigger")
    parser.add_argument("--binaries", type=Path, default=template.BINARIES, help="default: target/lambda")
    parser.add_argument("--first", action="store_true", help="only the first event of each function")
    parser.add_argument("--install", action="store_true", help="as root on Debian, apt-get what is missing")
    parser.add_argument("--sam", default=shutil.which("sam") or PROJECT / ".venv/bin/sam", help="default: %(default)s")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    functions: list[str] = given.function or sorted(template.functions())
    template.check_binaries(given.binaries, functions, architecture())
    os.environ["SAM_CLI_TELEMETRY"] = "0"
    # Ending this program ends the processes that it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    faults: list[str] = []
    try:
        with engine(given.install), tempfile.TemporaryDirectory(prefix="pipehook-sam-") as directory:
            path = Path(directory, "template.yaml")
            path.write_text(template.for_sam(given.binaries), encoding="utf-8")
            sam = partial(Sam, str(given.sam), image(given.install), path)
            faults += faults_of_all(functions, lambda function: check_events(sam, function, given.first))
            if not given.function:
                faults += check_api(sam())
    except Unavailable as why:
        print(f"Nothing was run in containers: {why}")
        return SKIPPED
    print(f"{len(faults)} faults" if faults else "All is as expected.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
