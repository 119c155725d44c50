"""The bundle of a release, unpacked and used where there is neither cargo nor a source tree.

    cargo build --workspace --bins
    PYTHONPATH=tests/contract python3 tests/bundle/run.py

It packs debug binaries, starts the bundle, and looks at what the terminal shows: of a call that is queued, of a forged
one, of an unknown hook, and of a login that fails. Then it kills the bundle. Standard library only.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from stack import Stack

ROOT = Path(__file__).resolve().parents[2]
SECRET = "correct-horse-battery-staple"

# In seconds, of debug binaries on a busy machine.
START_LIMIT = 30
CALL_LIMIT = 30


def check(claim: str, holds: bool, seen: object = None) -> None:
    if not holds:
        sys.exit(f"FAILED  {claim}: {seen}")
    print(f"  ok  {claim}")


def pack(directory: Path) -> Path:
    """Packs the binaries without their symbols, unpacks the bundle, and returns its program."""
    built = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
    stripped = directory / "binaries"
    stripped.mkdir()
    for name in ["local", "pipehook", *(path.name for path in (ROOT / "functions").iterdir() if path.is_dir())]:
        subprocess.run(["strip", "-o", stripped / name, built / name], check=True)
    architecture = "arm64" if os.uname().machine == "aarch64" else "x86_64"
    command = [sys.executable, ROOT / ".ci/package.py", "--architecture", architecture, "--binaries", stripped]
    subprocess.run([*command, "--output", directory, "--local", stripped / "local", "--level", "1"], check=True)
    name = f"pipehook-local-dev-linux-{architecture}"
    with tarfile.open(directory / f"{name}.tar.gz") as archive:
        archive.extractall(directory / "unpacked", filter="data")
    return directory / "unpacked" / name / "pipehook-local"


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=CALL_LIMIT) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def use(stack: Stack) -> None:
    login = json.dumps({"email": stack.email, "password": stack.password}).encode()
    status, tokens = post(f"{stack.url}/users/login", login, {})
    check("the demo user logs in", status == 200, tokens)
    hook = {
        "name": "deploy main",
        "action_type": "deploy",
        "resource_type": "application",
        "resource_id": 42,
        "requires_secret": True,
        "secret_algorithm": "sha256",
        "secret_header_name": "x-hub-signature-256",
        "secret": SECRET,
    }
    authorization = {"Authorization": f"Bearer {tokens['access_token']}"}
    request = urllib.request.Request(f"{stack.url}/pipelines/{stack.pipeline_id}", headers=authorization)
    with urllib.request.urlopen(request, timeout=CALL_LIMIT) as answer:
        pipeline = json.load(answer)
    commands = [step["command"] for step in pipeline["steps"]]
    check("the user has a pipeline of application 42", pipeline["resource_id"] == 42 and len(commands) == 1, pipeline)
    status, hook = post(f"{stack.url}/hooks/incoming", json.dumps(hook).encode(), authorization)
    check("a hook is made", status == 201, hook)

    body = b'{"ref": "refs/heads/main"}'
    signature = {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}
    status, answer = post(hook["url"], body, signature)
    check("a signed call is queued", status == 200, answer)
    jobs = stack.receive_jobs(at_least=1)
    check("its job is on the queue", [job["id"] for job in jobs] == [answer["request_id"]], jobs)

    post(hook["url"], body + b" ", signature)
    post(f"{stack.url}/hooks/33c690d6-0619-404d-9113-f2e4d067efdb/trigger", body, signature)
    post(f"{stack.url}/users/login", json.dumps({"email": stack.email, "password": "wrong"}).encode(), {})
    check("only the genuine call made a job", stack.receive_jobs(within=0) == [])


def look(stack: Stack) -> None:
    expected = [
        r"deploy main: queued \(200\)\. The pipeline job was queued\.",
        r"deploy main: rejected \(401\)\. The signature in the header `x-hub-signature-256` does not match: .*",
        r"POST /hooks/33c690d6-0619-404d-9113-f2e4d067efdb/trigger: refused \(404\)\. The hook was not found\.",
        r"POST /users/login: refused \(401\)\. The e-mail address or the password is wrong\.",
    ]
    deadline = time.monotonic() + CALL_LIMIT
    while True:
        calls = [line[11:] for line in stack.log().splitlines() if re.match(r"\d\d:\d\d:\d\dZ  ", line)]
        if len(calls) >= len(expected) or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    fits = len(calls) == len(expected) and all(map(re.fullmatch, expected, calls))
    check("the terminal shows a line for each of these calls, and for no other", fits, stack.log())
    check("it shows no secret", SECRET not in stack.log())
    check("it says where the queue is", f"export QUEUE={stack.jobs_queue_url}\n" in stack.log(), stack.log())


def is_refused_a_port_in_use(program: Path, port: str) -> None:
    second = subprocess.run([program, "--port", port], env={}, capture_output=True, text=True, timeout=START_LIMIT)
    other = f"port {port} is in use; stop what listens on it, or choose another port: pipehook-local --port "
    check("a port in use is told, with the command for another one", other in second.stderr, second)


def leaves_nothing_when_killed(program: Path) -> None:
    with Stack(program) as stack:
        check("it has started a worker", "pipehook" in processes_of(program), stack.log())
        stack.kill()
        deadline = time.monotonic() + CALL_LIMIT
        while (left := processes_of(program)) and time.monotonic() < deadline:
            time.sleep(0.1)
        check("killed, it leaves neither its worker nor a function behind", not left, left)


def gets_to_its_first_job(bundle: Path) -> None:
    command = [sys.executable, ROOT / "bench/first-minutes.py", "--from", "bundle", "--bundle", bundle]
    measured = subprocess.run(command, capture_output=True, text=True)
    is_measured = measured.returncode == 0 and "to the first job that was run" in measured.stdout
    check("the time to its first job can be measured", is_measured, measured)


def processes_of(program: Path) -> list[str]:
    """The programs of the bundle that run, by name."""
    running = []
    for link in Path("/proc").glob("[0-9]*/exe"):
        with contextlib.suppress(OSError):
            running.append(link.readlink())
    return [path.name for path in running if path.is_relative_to(program.parent)]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="pipehook-bundle-") as directory:
        program = pack(Path(directory))
        begun = time.monotonic()
        with Stack(program) as stack:
            took = time.monotonic() - begun
            check(f"it serves after {took:.1f} s, without an environment", took < START_LIMIT)
            use(stack)
            look(stack)
            is_refused_a_port_in_use(program, stack.url.rsplit(":", 1)[1])
        leaves_nothing_when_killed(program)
        gets_to_its_first_job(next(Path(directory).glob("pipehook-local-*.tar.gz")))


if __name__ == "__main__":
    main()
