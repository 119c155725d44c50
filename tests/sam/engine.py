"""A Docker engine, and the image in which SAM runs a function.

Where no engine answers, Debian's is started, with its data in target/sam/docker. Where Amazon's image cannot be pulled,
a Debian takes its place: the functions are programs that need no more than the C library.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from host import Unavailable, provide, run, succeeds

PROJECT = Path(__file__).resolve().parents[2]
DATA = PROJECT / "target/sam/docker"

AMAZON_LINUX = "public.ecr.aws/lambda/provided:al2023"
# Not Amazon's name, so that it cannot be mistaken for theirs. Debian 12 has glibc 2.36, Amazon Linux 2023 has 2.34.
STAND_IN = "pipehook-stand-in:debian12"
STAND_IN_SUITE = "bookworm"

# In seconds.
START_LIMIT = 60
STOP_LIMIT = 30


@contextmanager
def engine(install: bool) -> Iterator[None]:
    """`docker` finds an engine in this block, and so does SAM."""
    if not answers():
        if os.geteuid() != 0:
            raise Unavailable("no Docker engine answers, and only root can start one")
        provide(which("dockerd") is not None, "Docker engine", ["docker.io"], install)
    if answers():  # Where systemd runs, to install an engine starts it.
        yield
        return
    with tempfile.TemporaryDirectory(prefix="pipehook-docker-") as directory, start(Path(directory)):
        yield


def image(install: bool) -> str:
    """The name of an image with what surrounds a function. SAM adds what takes the calls."""
    if succeeds("docker", "image", "inspect", AMAZON_LINUX) or succeeds("docker", "pull", "--quiet", AMAZON_LINUX):
        return AMAZON_LINUX
    print(f"{AMAZON_LINUX} cannot be pulled: Debian replaces it.", flush=True)
    if not succeeds("docker", "image", "inspect", STAND_IN):
        if os.geteuid() != 0:
            raise Unavailable(f"{AMAZON_LINUX} cannot be pulled, and only root can make a replacement")
        provide(which("debootstrap") is not None, "debootstrap", ["debootstrap"], install)
        with tempfile.TemporaryDirectory(prefix="pipehook-debian-") as directory:
            run("debootstrap", "--variant=minbase", "--include=ca-certificates", STAND_IN_SUITE, directory)
            run("sh", "-c", f"tar -C {directory} -c . | docker import --change 'WORKDIR /var/task' - {STAND_IN}")
    return STAND_IN


def answers() -> bool:
    return succeeds("docker", "version", "--format", "{{.Server.Version}}")


@contextmanager
def start(directory: Path) -> Iterator[None]:
    """Serves in this block. The directory needs a short name: the address of a socket has room for 107 bytes."""
    os.environ["DOCKER_HOST"] = f"unix://{directory}/docker.sock"
    command = ["dockerd", "--host", os.environ["DOCKER_HOST"], "--data-root", str(DATA)]
    command += ["--exec-root", f"{directory}/exec", "--pidfile", f"{directory}/pid"]
    # Containers and this machine reach each other without its firewall, which then stays as it is.
    command += ["--iptables=false", "--ip6tables=false", "--ip-masq=false"]
    log = directory / "log"
    with log.open("wb") as output:
        daemon = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        deadline = time.monotonic() + START_LIMIT
        while not answers():
            if daemon.poll() is not None or time.monotonic() > deadline:
                raise Unavailable(f"dockerd does not start here:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.2)
        yield
    finally:
        del os.environ["DOCKER_HOST"]
        daemon.terminate()
        try:
            daemon.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
