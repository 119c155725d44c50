"""Runs the events of events/ through functions that were built for ARM, on a machine of another architecture.

    cargo lambda build --arm64
    python3 tests/sam/emulate.py

QEMU translates the program, and this script is the Runtime API that it talks to. The functions run under their roles,
on the DynamoDB, SQS and Secrets Manager of `cargo run`. Each answer, and the job on the queue, must be what the file
beside the event says.

It needs `qemu-aarch64-static` and ARM's C library, which on Debian are the packages qemu-user-static and
libc6-arm64-cross; as root, --install gets them with apt-get. Without them it says so and ends with status 77.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import template
from host import SKIPPED, Unavailable, provide
from samples import Samples, cases, credentials, environment, faults_of_all, report

QEMU = "qemu-aarch64-static"
LIBRARIES = Path("/usr/aarch64-linux-gnu")
PACKAGES = ["qemu-user-static", "libc6-arm64-cross"]
INVOKE_LIMIT = 120  # seconds; a password's hash takes some, translated


class RuntimeApi(ThreadingHTTPServer):
    """Hands events to one function, one at a time."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Runtime)
        self.events: queue.Queue[str] = queue.Queue()
        self.answers: queue.Queue[Any] = queue.Queue()

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # A function is killed while it waits for an event. What else goes wrong shows as a missing answer.


class Runtime(BaseHTTPRequestHandler):
    """https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

    server: RuntimeApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        event = self.server.events.get()
        headers = {
            "Lambda-Runtime-Aws-Request-Id": str(uuid.uuid4()),
            "Lambda-Runtime-Deadline-Ms": "9999999999999",
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:000000000000:function:emulated",
        }
        self._respond(200, event.encode(), headers)

    def do_POST(self) -> None:
        # An answer, an error, or that the function cannot start.
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.answers.put(json.loads(body))
        self._respond(202, b"", {})

    def _respond(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class Function:
    """One function, which QEMU translates, for as long as the `with` block."""

    def __init__(self, stack: Samples, logical_id: str, binary: Path) -> None:
        self._api = RuntimeApi()
        self._log = tempfile.TemporaryFile()
        variables = template.variables_of_all() | environment(stack, "127.0.0.1") | credentials(logical_id)
        variables |= {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._api.server_port}",
            "AWS_REGION": "us-east-1",
            "AWS_LAMBDA_FUNCTION_NAME": logical_id,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        }
        command = [QEMU, "-L", str(LIBRARIES), str(binary)]
        self._process = subprocess.Popen(
            command, env=variables, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )
        threading.Thread(target=self._api.serve_forever, daemon=True).start()

    def invoke(self, event: str) -> Any:
        self._api.events.put(event)
        deadline = time.monotonic() + INVOKE_LIMIT
        while self._process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                return self._api.answers.get(timeout=0.1)
        self._log.seek(0)
        return f"no answer; status {self._process.poll()}: {self._log.read().decode(errors='replace')[-2000:]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._api.shutdown()
        self._api.server_close()
        self._log.close()


def check_events(binaries: Path, name: str, first: bool) -> Iterator[str]:
    logical_id = template.functions()[name]
    with Samples() as stack, Function(stack, logical_id, binaries / name / "bootstrap") as function:
        for case in cases(name, first):
            yield from report(str(case), partial(stack.faults, case, function.invoke))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("function", nargs="*", help="only the events of these functions, such as hook-trigger")
    parser.add_argument("--binaries", type=Path, default=template.BINARIES, help="default: target/lambda")
    parser.add_argument("--first", action="store_true", help="only the first event of each function")
    parser.add_argument("--install", action="store_true", help="as root on Debian, apt-get what is missing")
    given = parser.parse_args()
    # Ending this program ends the processes that it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    functions: list[str] = given.function or sorted(template.functions())
    template.check_binaries(given.binaries, functions, "arm64")
    try:
        is_there = shutil.which(QEMU) is not None and LIBRARIES.is_dir()
        provide(is_there, f"{QEMU} with {LIBRARIES}", PACKAGES, given.install)
    except Unavailable as why:
        print(f"Nothing was run: {why}")
        return SKIPPED
    faults = faults_of_all(functions, lambda name: check_events(given.binaries, name, given.first))
    print(f"{len(faults)} faults" if faults else "All is as expected.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
