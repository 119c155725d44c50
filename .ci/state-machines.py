"""Write the state machines of CloudFormation templates as files, for a validator of the Amazon States Language.

    .venv/bin/python .ci/state-machines.py DIRECTORY TEMPLATE...

Each becomes DIRECTORY/<directory of the template>.<logical id>.json. A parameter with a default becomes that, and any
other reference an ARN that ends in its name.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml


def resolved(node: Any, defaults: dict[str, Any]) -> Any:
    """The definition without intrinsic functions."""
    if isinstance(node, list):
        return [resolved(item, defaults) for item in node]
    if not isinstance(node, dict):
        return node
    match list(node.items()):
        case [("Ref", name)] if name in defaults:
            return defaults[name]
        case [("Ref" | "Fn::GetAtt" | "Fn::Sub" as name, value)]:
            # Of a substitution with variables, the text.
            text = value if isinstance(value, str) else value[0]
            return str(text) if name == "Fn::Sub" else "arn:aws:service:us-east-1:000000000000:" + str(text)
        case [(str(name), _)] if name.startswith("Fn::"):
            raise SystemExit(f"{name} in a state machine is not understood here")
        case entries:
            return {str(key): resolved(value, defaults) for key, value in entries}


def main() -> int:
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.json"):
        old.unlink()
    count = 0
    for path in sys.argv[2:]:
        template = cfn_yaml.load(path)
        parameters = template["Parameters"].items()
        defaults = {name: parameter["Default"] for name, parameter in parameters if "Default" in parameter}
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] == "AWS::StepFunctions::StateMachine":
                name = f"{Path(path).parent.name}.{logical_id}.json"
                definition = resolved(resource["Properties"]["Definition"], defaults)
                (directory / name).write_text(json.dumps(definition, indent=2))
                count += 1
    print(f"{count} state machines")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
