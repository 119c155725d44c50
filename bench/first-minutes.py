"""The time from a clone to the first job, and from the bundle of a release to the first job.

    python3 bench/first-minutes.py                          both, and rewrites its part of docs/performance.md
    python3 bench/first-minutes.py --print                  both, and rewrites nothing
    python3 bench/first-minutes.py --bundle FILE            both, with a bundle that was packed before or downloaded
    python3 bench/first-minutes.py --from bundle            one of them, and rewrites nothing

It makes the steps of the README as fast as they can be made: it clones this repository and runs `cargo run` in the clone,
or packs the bundle, unpacks it and runs it; then it logs in, creates a hook, makes a signed call, and waits until a worker
has run the pipeline. The clone compiles everything. Crates that cargo has downloaded before are not downloaded again.
Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs/performance.md"
BEGIN = "<!-- first minutes: begin. `python3 bench/first-minutes.py` writes what follows. -->"
END = "<!-- first minutes: end -->"

SECRET = "correct-horse-battery-staple"

# In seconds.
BUILD_LIMIT = 3600
START_LIMIT = 60
JOB_LIMIT = 60
CALL_LIMIT = 30
STOP_LIMIT = 20


class Watch:
    """The steps, with what each took in seconds."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, float]] = []
        self._last = time.monotonic()

    def step(self, name: str) -> None:
        now = time.monotonic()
        self.steps.append((name, now - self._last))
        print(f"  {name}: {now - self._last:.1f} s", flush=True)
        self._last = now

    def total(self) -> float:
        return sum(seconds for _, seconds in self.steps)


def call(url: str, body: object | None = None, headers: dict[str, str] | None = None) -> tuple[Any, Any]:
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})})
    with urllib.request.urlopen(request, timeout=CALL_LIMIT) as answer:
        return json.load(answer), answer.headers


def first_job(watch: Watch, facts: dict[str, Any]) -> None:
    """From the login until the worker has run the pipeline, as the README has it."""
    url = facts["api_url"]
    tokens, _ = call(f"{url}/users/login", {"email": facts["email"], "password": facts["password"]})
    authorization = {"Authorization": f"Bearer {tokens['access_token']}"}
    draft = {
        "name": "deploy main",
        "requires_secret": True,
        "secret_algorithm": "sha256",
        "secret_header_name": "x-hub-signature-256",
        "secret": SECRET,
    }
    hook, _ = call(f"{url}/pipelines/{facts['pipeline_id']}/hooks/incoming", draft, authorization)
    watch.step("log in and create a hook")
    body = b'{"ref": "refs/heads/main"}'
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    _, headers = call(hook["url"], body, {"X-Hub-Signature-256": signature})
    watch.step("a signed call: its job is queued")
    action = headers["x-devopness-action-id"]
    deadline = time.monotonic() + JOB_LIMIT
    while (status := call(f"{url}/actions/{action}", None, authorization)[0]["status"]) != "completed":
        if status in ("failed", "skipped") or time.monotonic() > deadline:
            raise SystemExit(f"the action is {status}")
        time.sleep(0.02)
    watch.step("the worker has run the pipeline")


def serve(watch: Watch, command: list[str | Path], directory: Path, step: str, limit: float) -> None:
    """Runs a stack until the first job has been run."""
    ready = directory / "ready.json"
    log = directory / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", "0", "--ready-file", ready],
            cwd=directory / "clone" if (directory / "clone").exists() else directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={name: value for name, value in os.environ.items() if name != "CARGO_TARGET_DIR"},
        )
    try:
        deadline = time.monotonic() + limit
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the stack did not start:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.02)
        facts = json.loads(ready.read_text())
        watch.step(step)
        first_job(watch, facts)
    finally:
        process.terminate()
        process.wait(STOP_LIMIT)


def from_clone(directory: Path) -> Watch:
    print("from a clone:", flush=True)
    watch = Watch()
    subprocess.run(["git", "clone", "--quiet", ROOT, directory / "clone"], check=True)
    watch.step("clone")
    serve(watch, ["cargo", "run", "--quiet", "--"], directory, "`cargo run`, until it serves", BUILD_LIMIT)
    return watch


def pack(directory: Path, binaries: Path) -> Path:
    """The bundle of a release, of binaries without their symbols."""
    stripped = directory / "binaries"
    stripped.mkdir()
    for name in ["local", "pipehook", *(path.name for path in (ROOT / "functions").iterdir() if path.is_dir())]:
        subprocess.run(["strip", "-o", stripped / name, binaries / name], check=True)
    architecture = "arm64" if os.uname().machine == "aarch64" else "x86_64"
    command = [sys.executable, ROOT / ".ci/package.py", "--architecture", architecture, "--binaries", stripped]
    subprocess.run([*command, "--output", directory, "--local", stripped / "local"], check=True)
    return directory / f"pipehook-local-dev-linux-{architecture}.tar.gz"


def from_bundle(directory: Path, bundle: Path) -> Watch:
    print(f"from the bundle, which has {bundle.stat().st_size / 1e6:.1f} MB:", flush=True)
    watch = Watch()
    with tarfile.open(bundle) as archive:
        archive.extractall(directory, filter="data")
    watch.step("unpack")
    program = next(directory.glob("*/pipehook-local"))
    serve(watch, [program], directory, "`./pipehook-local`, until it serves", START_LIMIT)
    return watch


def build_release() -> Path:
    programs = [f"--bin={path.name}" for path in (ROOT / "functions").iterdir() if path.is_dir()]
    command = ["cargo", "build", "--release", "--workspace", "--quiet", "--bin=local", "--bin=pipehook", *programs]
    subprocess.run(command, cwd=ROOT, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"


def table(ways: list[tuple[str, Watch]]) -> str:
    lines = ["| from | step | seconds |", "|---|---|---|"]
    for name, watch in ways:
        lines += [f"| {name} | {step} | {seconds:.1f} |" for step, seconds in watch.steps]
        lines.append(f"| **{name}** | **to the first job that was run** | **{watch.total():.1f}** |")
    return "\n".join(lines)


def replaced(document: str, generated: str) -> str:
    before, rest = document.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{generated}\n\n{END}{after}"


def circumstances(bundle: Path | None) -> str:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()
    said = [
        f"On {os.cpu_count()} cores, commit `{commit}`.",
        "Crates that cargo had downloaded before were not downloaded again.",
    ]
    if bundle is not None:
        said.append(f"The bundle has {bundle.stat().st_size / 1e6:.1f} MB; its download is not counted.")
    return "\n".join(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--print", action="store_true", help="rewrites nothing")
    parser.add_argument("--bundle", type=Path, metavar="FILE", help="takes this bundle, instead of building one")
    alone = "measures this alone, and rewrites nothing"
    parser.add_argument("--from", choices=["clone", "bundle"], dest="way", help=alone)
    arguments = parser.parse_args()
    ways = []
    if arguments.way != "bundle":
        with tempfile.TemporaryDirectory(prefix="pipehook-") as directory:
            ways.append(("a clone", from_clone(Path(directory))))
    with tempfile.TemporaryDirectory(prefix="pipehook-") as packed:
        bundle = None
        if arguments.way != "clone":
            bundle = arguments.bundle or pack(Path(packed), build_release())
            with tempfile.TemporaryDirectory(prefix="pipehook-") as directory:
                ways.append(("the bundle of a release", from_bundle(Path(directory), bundle.resolve())))
        generated = f"{table(ways)}\n\n{circumstances(bundle)}"
    print(f"\n{generated}")
    if not arguments.print and arguments.way is None:
        DOCUMENT.write_text(replaced(DOCUMENT.read_text(), generated))


if __name__ == "__main__":
    main()
