"""Add Redoc, and what is bundled in it, to the bill of materials of the function that serves it. No crate has it.

    python3 .ci/add-redoc.py target/sbom/api-reference.cdx.json

functions/api-reference/redoc/LICENSES.txt says what there is, Redoc first.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

LICENCES = Path(__file__).resolve().parent.parent / "functions/api-reference/redoc/LICENSES.txt"
RULE = f"\n\n{'-' * 80}\n\n"
HEAD = re.compile(r"(?P<name>\S+) (?P<version>\S+): (?P<licence>.+)")


def component(notice: str) -> dict[str, Any]:
    head = HEAD.match(notice)
    if head is None:
        sys.exit(f"{LICENCES}: a notice must begin with a name, a version and a licence: {notice[:80]!r}")
    purl = f"pkg:npm/{quote(head['name'])}@{head['version']}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": head["name"],
        "version": head["version"],
        "licenses": [{"expression": head["licence"].strip("()")}],
        "purl": purl,
    }


def main() -> None:
    path = Path(sys.argv[1])
    bom = json.loads(path.read_text(encoding="utf-8"))
    redoc, *bundled = map(component, LICENCES.read_text(encoding="utf-8").split(RULE))
    bom["components"] += [redoc, *bundled]
    function = bom["metadata"]["component"]["bom-ref"]
    for dependency in bom["dependencies"]:
        if dependency["ref"] == function:
            dependency.setdefault("dependsOn", []).append(redoc["bom-ref"])
            break
    else:
        sys.exit(f"{path}: {function} has no dependencies")
    bom["dependencies"] += [{"ref": redoc["bom-ref"], "dependsOn": [one["bom-ref"] for one in bundled]}]
    bom["dependencies"] += [{"ref": one["bom-ref"]} for one in bundled]
    path.write_text(json.dumps(bom, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
