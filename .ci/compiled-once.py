"""Fails when two of the commands that developers use compile a dependency in different ways, that is, twice.

Cargo unifies features over the packages that a command selects. `workspace-hack` makes all selections agree; this script
compares what cargo would compile for each of them, without compiling anything. Cargo prints that plan only with
RUSTC_BOOTSTRAP, and in a format that may change, but rust-toolchain.toml pins the version of cargo.
"""

import json
import os
import subprocess
import sys
from collections import defaultdict

COMMANDS = [
    "build --package local",
    "build --package bench",
    "build --package cli",
    "build --workspace --bins",
    "test --workspace --no-run",
    "test --package cli --no-run",
    "test --package shared --no-run",
    "test --package tests --no-run",
]


def plan(command: str) -> list[dict]:
    """What cargo would compile."""
    arguments = ["cargo", *command.split(), "--locked", "-Z", "unstable-options", "--unit-graph"]
    environment = os.environ | {"RUSTC_BOOTSTRAP": "1"}
    result = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, env=environment)
    return json.loads(result.stdout)["units"]


def variants() -> dict[str, dict[tuple, set[str]]]:
    """For each library of a registry, the ways in which it is compiled, with the commands that do so."""
    found: dict[str, dict[tuple, set[str]]] = defaultdict(lambda: defaultdict(set))
    for command in COMMANDS:
        for unit in plan(command):
            if unit["mode"] != "build" or not unit["pkg_id"].startswith("registry+"):
                continue
            kinds = unit["target"]["kind"]
            if "custom-build" in kinds:
                continue  # A build script has the features of its library.
            profile = unit["profile"]
            variant = (tuple(unit["features"]), unit["platform"], profile["opt_level"], profile["debuginfo"])
            found[unit["pkg_id"].rsplit("#", 1)[1]][variant].add(command)
    return found


def main() -> int:
    found = variants()
    twice = {crate: ways for crate, ways in found.items() if len(ways) > 1}
    for crate, ways in sorted(twice.items()):
        print(f"{crate} is compiled in {len(ways)} ways:")
        common = set.intersection(*(set(variant[0]) for variant in ways))
        for variant, commands in ways.items():
            features = ", ".join(sorted(set(variant[0]) - common)) or "no other features"
            print(f"  with {features}, {variant[1:]}: cargo " + ", cargo ".join(sorted(commands)))
    if twice:
        print("Add the features to workspace-hack/Cargo.toml, under [build-dependencies] too if a build script needs them.")
        return 1
    print(f"{len(COMMANDS)} commands compile the same {len(found)} dependencies, each of them once.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
