"""Copy the items of a DynamoDB table through a file, one JSON object a line.

    python3 docs/operations/items.py dump TABLE > items.jsonl
    python3 docs/operations/items.py load TABLE < items.jsonl
    python3 docs/operations/items.py load TABLE --missing-only < items.jsonl

`load` fills an empty table. With `--missing-only` it adds to a table in use: what is there stays as it is, and a hook
that comes back is counted again for its resource. `docs/operations.md` says when to use which.

Needs boto3 (`pip install boto3`), credentials and a region as the aws command takes them. The AWS command itself is no
substitute: version 1 reads a binary attribute that it has written as another one, and the secrets of hooks are such.
"""

import argparse
import base64
import json
import sys
from typing import Any

import boto3

# Counters. In a table in use, they are right for what is there.
COUNTS = ("COUNT#", "COUNTER#")


def to_json(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(type(value))


def from_json(attribute: dict[str, Any]) -> dict[str, Any]:
    """An attribute value, whose bytes `json` has left as text."""
    if "B" in attribute:
        return {"B": base64.b64decode(attribute["B"])}
    return attribute


def dump(client: Any, table: str) -> None:
    written = 0
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            print(json.dumps(item, default=to_json, sort_keys=True))
            written += 1
    print(f"{written} items of {table}", file=sys.stderr)


def load(client: Any, table: str, missing_only: bool) -> None:
    key = client.describe_table(TableName=table)["Table"]["KeySchema"][0]["AttributeName"]
    if not missing_only and client.scan(TableName=table, Limit=1)["Items"]:
        sys.exit(f"{table} is not empty: --missing-only adds to what is there")
    added = there = 0
    for line in sys.stdin:
        item = {name: from_json(attribute) for name, attribute in json.loads(line).items()}
        if missing_only and item[key]["S"].startswith(COUNTS):
            continue
        put = {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(#key)"}
        writes: list[dict[str, Any]] = [{"Put": {**put, "ExpressionAttributeNames": {"#key": key}}}]
        if missing_only and "resource" in item:
            count = {"id": {"S": f"COUNT#{item['resource']['S']}"}}
            add = {"UpdateExpression": "ADD hooks :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
            writes.append({"Update": {"TableName": table, "Key": count, **add}})
        try:
            client.transact_write_items(TransactItems=writes)
            added += 1
        except client.exceptions.TransactionCanceledException as error:
            if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
                raise
            there += 1
    print(f"{added} items added to {table}, {there} were there", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description="Copies the items of a DynamoDB table through a file.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("dump", help="write the items to standard output").add_argument("table")
    loading = commands.add_parser("load", help="read items from standard input into the table")
    loading.add_argument("table")
    loading.add_argument("--missing-only", action="store_true", help="add to a table in use what it does not have")
    arguments = parser.parse_args()
    client = boto3.client("dynamodb")
    if arguments.command == "dump":
        dump(client, arguments.table)
    else:
        load(client, arguments.table, arguments.missing_only)


if __name__ == "__main__":
    main()
