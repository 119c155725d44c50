"""Lets schemathesis look for calls that the real stack answers otherwise than docs/openapi.yaml says.

    python3 -m venv target/venv/contract
    target/venv/contract/bin/pip install --requirement tests/contract/requirements.txt
    target/venv/contract/bin/python tests/contract/run.py

`--soak` makes up ten times as many calls. Options of `schemathesis run` may follow, such as `--include-path /users/me`
or `--phases coverage`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

import yaml
from stack import CALL_LIMIT, PROJECT, Stack, User

HERE = Path(__file__).resolve().parent
DOCUMENT = PROJECT / "docs" / "openapi.yaml"
METHODS = ("get", "head", "options", "put", "post", "delete")


def main(arguments: list[str]) -> int:
    soak = "--soak" in arguments
    options = [argument for argument in arguments if argument != "--soak"]
    with Stack() as stack, tempfile.TemporaryDirectory(prefix="contract-") as name:
        directory = Path(name)
        environment = {**os.environ, "PYTHONPATH": str(HERE), "CONTRACT": name}
        write_people(stack, directory)
        config = write_config(directory, times=10 if soak else 1)
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)]
        command += ["run", str(DOCUMENT), "--url", stack.url, *options]
        status = subprocess.run(command, env=environment, cwd=name, check=False).returncode
        answers = directory / "answers.json"
        complete = show(json.loads(answers.read_text()) if answers.exists() else {})
        if status != 0:
            print("\nWhat the stack said:\n" + stack.log())
    # Who chooses some operations or phases does not expect all to be called.
    return status or int(not complete and not options)


def write_config(directory: Path, times: int) -> Path:
    """The configuration, with so many times the examples."""
    text = (HERE / "schemathesis.toml").read_text()
    path = directory / "schemathesis.toml"
    path.write_text(re.sub(r"(?m)^max-examples = (\d+)$", lambda found: f"max-examples = {int(found[1]) * times}", text))
    return path


def write_people(stack: Stack, directory: Path) -> None:
    """Ann makes the calls. Bob, of another project, must not get at what is hers. Carol logs in and refreshes."""
    ann, bob, carol = (stack.put_user(project_id=project) for project in (101, 102, 103))
    tokens = {"ann": access_token(stack.url, ann), "bob": access_token(stack.url, bob)}
    headers = {name: [{"name": "Authorization", "value": f"Bearer {token}"}] for name, token in tokens.items()}
    users = [{"name": name, "fixedHeaders": fixed} for name, fixed in headers.items()]
    Path(directory, "users.json").write_text(json.dumps({"auth": users}))
    callers = {
        "url": stack.url, "access_token": tokens["ann"], "own_password": ann.password, "email": carol.email,
        "password": carol.password,
    }  # fmt: skip
    Path(directory, "callers.json").write_text(json.dumps(callers))


def access_token(url: str, user: User) -> str:
    body = json.dumps({"email": user.email, "password": user.password}).encode()
    request = urllib.request.Request(f"{url}/users/login", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=CALL_LIMIT) as answer:
        return str(json.load(answer)["access_token"])


def show(answers: dict[str, dict[str, int]]) -> bool:
    """Prints what each operation was answered, and what is documented but never came. True if all have succeeded."""
    complete = True
    print(f"\n{'operation':<48} answers, and documented ones that never came")
    for operation, documented in operations().items():
        came = answers.get(operation, {})
        counts = ", ".join(f"{status} x {count}" for status, count in came.items())
        missing = ", ".join(status for status in documented if status not in came)
        succeeded = any(status.startswith("2") for status in came)
        complete = complete and succeeded
        print(f"{operation:<48} {counts or 'none'} ({missing}){'' if succeeded else '   NEVER SUCCEEDED'}")
    return complete


def operations() -> dict[str, list[str]]:
    """The statuses that the document has for each operation."""
    paths: dict[str, dict[str, Any]] = yaml.safe_load(DOCUMENT.read_text())["paths"]
    return {
        f"{method.upper()} {path}": list(item[method]["responses"])
        for path, item in paths.items()
        for method in METHODS
        if method in item
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
