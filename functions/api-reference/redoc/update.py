"""Bring Redoc, the renderer of /docs, into this directory from npm: `python3 update.py`. Needs Python 3.10 and npm.

To take another version, change VERSION and INTEGRITY (`npm view redoc@VERSION dist.integrity`), run this, run
`bash .ci/run reference`, and look at the two pictures that it takes. docs/adr/0019-reference-page.md says why Redoc is
kept here. Nothing of npm is needed to build Pipehook.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "2.5.4"
INTEGRITY = "sha512-M6jWhG1qoBnH6TFmzJnstyCZ87HmOY/UzDm78mHiYihEdlV/YcS9ogOo1NlElnJMeLsyxHFe2yFc4sNjHTrABQ=="

HERE = Path(__file__).resolve().parent
SCRIPT = "package/bundles/redoc.standalone.js"

# What may be in the bundle. DOMPurify is the one with a choice; it is taken under Apache-2.0.
LICENCES = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "(MPL-2.0 OR Apache-2.0)"}

# Whose package.json does not say it, or not which BSD: their LICENSE or their README does.
READ = {"decko": "MIT", "stickyfill": "MIT", "url-template": "BSD-3-Clause"}


def npm(*arguments: str, directory: Path) -> None:
    subprocess.run(["npm", *arguments, "--silent"], cwd=directory, check=True, stdout=subprocess.DEVNULL)


def member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        sys.exit(f"the package has no {name}")
    return file.read()


def packages(source_map: bytes) -> list[str]:
    """The packages whose code is in the bundle."""
    sources = json.loads(source_map)["sources"]
    found = [re.findall(r"node_modules/((?:@[^/]+/)?[^/]+)", source) for source in sources]
    return sorted({names[-1] for names in found if names})


def notice(directory: Path) -> str:
    """The name, the version and the licence of an installed package."""
    facts = json.loads((directory / "package.json").read_text())
    licence = READ.get(facts["name"]) or facts.get("license")
    if licence not in LICENCES:
        sys.exit(f"{facts['name']} {facts['version']} has the licence {licence}")
    texts = sorted(path for path in directory.iterdir() if re.match(r"(licen[cs]e|notice)", path.name, re.IGNORECASE))
    # A package without the text names its licence at least.
    body = "\n".join(path.read_text(errors="replace").strip() for path in texts if path.is_file())
    return f"{facts['name']} {facts['version']}: {licence}\n\n{body}".strip()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        npm("pack", f"redoc@{VERSION}", directory=directory)
        package = directory / f"redoc-{VERSION}.tgz"
        digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
        if f"sha512-{digest}" != INTEGRITY:
            sys.exit(f"redoc@{VERSION} is sha512-{digest}, not {INTEGRITY}")
        with tarfile.open(package) as archive:
            script = member(archive, SCRIPT)
            bundled = packages(member(archive, f"{SCRIPT}.map"))
        npm("init", "--yes", directory=directory)
        install = ["install", "--ignore-scripts", "--no-audit", "--no-fund"]
        npm(*install, f"redoc@{VERSION}", directory=directory)
        # What Redoc is built with, and does not itself depend on.
        missing = [name for name in bundled if not (directory / "node_modules" / name).exists()]
        npm(*install, *missing, directory=directory)
        notices = [notice(directory / "node_modules" / name) for name in ["redoc", *bundled]]
    (HERE / "redoc.standalone.js").write_bytes(script)
    rule = f"\n\n{'-' * 80}\n\n"
    (HERE / "LICENSES.txt").write_text(rule.join(notices) + "\n")
    print(f"redoc {VERSION}, SHA-256 {hashlib.sha256(script).hexdigest()}, with {len(bundled)} packages in it")


if __name__ == "__main__":
    main()
