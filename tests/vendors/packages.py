"""All packages of PyPI and npm that sign or verify calls."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack import PROJECT
from vendor import Node, Vendor

HERE = Path(__file__).resolve().parent

# Where npm has installed what package.json names. A module of Node's looks for packages above its own path, so the
# files of npm/ are started by their path below this link.
INSTALLED = PROJECT / "target" / "vendors"
NODE = ["node", "--preserve-symlinks", "--preserve-symlinks-main"]


@contextmanager
def vendors() -> Iterator[list[Vendor]]:
    """Every entry of pypi/ and npm/."""
    link = INSTALLED / "tests"
    link.unlink(missing_ok=True)
    link.symlink_to(HERE)
    node = Node([*NODE, str(link / "judge.mjs")])
    try:
        modules = [importlib.import_module(f"pypi.{path.stem}") for path in sorted(HERE.glob("pypi/*.py"))]
        yield [*(vendor for module in modules for vendor in module.VENDORS), *node.vendors]
    finally:
        node.close()


def listed() -> dict[str, str]:
    """The packages that have to run, as `npm stripe`, with their versions."""
    npm: dict[str, str] = json.loads((HERE / "package.json").read_text())["dependencies"]
    # What the packages themselves need follows under a heading of its own.
    required, _, _ = (HERE / "requirements.txt").read_text().partition("# What they need")
    pypi = re.findall(r"(?m)^([\w-]+)==(\S+)$", required)
    return {f"PyPI {name}": version for name, version in pypi} | {f"npm {name}": at for name, at in npm.items()}
