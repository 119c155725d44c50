"""Prints a copy of template.yaml for `sam local`.

    python3 tests/sam/template.py >target/sam.yaml

It differs in three things. The functions declare where AWS is: SAM hands a function only variables that the template
declares, and events/sam-env.json gives these their values. They are for this machine's architecture. And the paths of
the binaries are absolute, so that the copy can lie anywhere.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from host import architecture

PROJECT = Path(__file__).resolve().parents[2]
BINARIES = PROJECT / "target/lambda"

FUNCTION = re.compile(
    r"^  (?P<id>\w+):\n    Type: AWS::Serverless::Function\n(?P<body>(?:(?: {4,}.*)?\n)*)", re.MULTILINE
)
CODE = re.compile(r"^(?P<indent> +)CodeUri: target/lambda/(?P<binary>[a-z-]+)/$", re.MULTILINE)
ARCHITECTURES = "    Architectures: [!Ref Architecture]\n"
VARIABLES = re.compile(r"^Globals:\n(?:(?: .*)?\n)*?(?P<indent> +)Variables:\n", re.MULTILINE)
LITERAL = re.compile(r'^ +(\w+): "(.*)"$', re.MULTILINE)
MACHINES = {62: "x86_64", 183: "arm64"}  # `e_machine` of an ELF file, by Lambda's name for it
ENDPOINTS = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_ENDPOINT_URL_SQS"]


def functions() -> dict[str, str]:
    """The logical id of each function, by the name of its binary and directory."""
    found = {}
    for function in FUNCTION.finditer(text()):
        code = CODE.search(function["body"])
        if code is None:
            raise ValueError(f"template.yaml: CodeUri of {function['id']} is not target/lambda/<function>/")
        found[code["binary"]] = function["id"]
    return found


def for_sam(binaries: Path) -> str:
    template = CODE.sub(rf"\g<indent>CodeUri: {binaries.resolve()}/\g<binary>/", text())
    if template.count("Architectures:") != 1 or ARCHITECTURES not in template:
        raise ValueError(f"template.yaml: Globals has no {ARCHITECTURES.strip()}")
    template = template.replace("!Ref Architecture]", f"{architecture()}]")
    place = place_of_variables(template)
    declared = "".join(f'{place["indent"]}  {name}: ""\n' for name in ENDPOINTS)
    return template[: place.end()] + declared + template[place.end() :]


def place_of_variables(template: str) -> re.Match[str]:
    """What stands before the first variable of all functions."""
    place = VARIABLES.search(template)
    if place is None:
        raise ValueError("template.yaml: Globals has no Variables")
    return place


def variables_of_all() -> dict[str, str]:
    """The variables whose values the template itself gives to all functions."""
    place = place_of_variables(text())
    declared = re.compile(rf"(?: {{{len(place['indent']) + 2},}}.*\n)*").match(place.string, place.end())
    return dict(LITERAL.findall(declared[0])) if declared else {}


def check_binaries(binaries: Path, names: list[str], expected: str) -> None:
    """Ends the program unless each function was built, and for this architecture."""
    for name in names:
        path = binaries / name / "bootstrap"
        machine = MACHINES.get(int.from_bytes(path.read_bytes()[18:20], "little")) if path.is_file() else None
        if machine != expected:
            what = f"is for {machine}" if machine else "is not there"
            sys.exit(f"error: {path} {what}: run `cargo lambda build --{expected.replace('_', '-')}` first")


def text() -> str:
    return (PROJECT / "template.yaml").read_text(encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=Path, default=BINARIES, help="default: target/lambda")
    print(for_sam(parser.parse_args().binaries), end="")
