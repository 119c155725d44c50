"""This machine: what it is, what it has, and what may be installed on it."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

SKIPPED = 77  # the status of a script that could not do its work; .ci/run knows it
DOWNLOAD_LIMIT = 600  # seconds


class Unavailable(Exception):
    """Why something cannot be tried on this machine. The functions are not at fault."""


def architecture() -> str:
    """As Lambda calls it."""
    return {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())


def provide(is_there: bool, what: str, packages: list[str], install: bool) -> None:
    """Installs what is not there."""
    if is_there:
        return
    if not (install and os.geteuid() == 0 and Path("/etc/debian_version").exists()):
        raise Unavailable(f"{what} is missing (as root on Debian, --install gets it)")
    run("apt-get", "update", "-qq")
    command = ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages]
    run("env", "DEBIAN_FRONTEND=noninteractive", *command)


def succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=DOWNLOAD_LIMIT).returncode == 0
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False


def run(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DOWNLOAD_LIMIT)
    if done.returncode != 0:
        output = done.stdout.decode(errors="replace")[-2000:]
        raise Unavailable(f"`{' '.join(command)}` ended with status {done.returncode}:\n{output}")
