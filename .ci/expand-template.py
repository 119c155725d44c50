"""Write template.yaml to standard output as CloudFormation will see it, once SAM is expanded.

cfn-lint does not look at references inside AWS::Serverless resources. Here they have become plain resources, so that a
misspelt !Ref fails now and not at the next deployment.
"""

import json
import logging
import sys

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# CloudFormation takes 500. What SAM adds to each function and route counts too.
MOST_RESOURCES = 450

# It warns of switches of its own, which are off.
logging.disable(logging.WARNING)

with open("template.yaml", encoding="utf-8") as file:
    template = yaml_parse(file.read())

for resource in template["Resources"].values():
    if resource["Type"] == "AWS::Serverless::Function":
        # The binaries need not be built for this; `sam deploy` puts the place in S3 here too.
        resource["Properties"]["CodeUri"] = "s3://bucket/key"

try:
    expanded = transform(template, {}, None)
except InvalidDocumentException as error:
    sys.exit("\n".join(["template.yaml:"] + [cause.message for cause in error.causes]))

resources = expanded["Resources"]
if len(resources) > MOST_RESOURCES:
    sys.exit(
        f"template.yaml: {len(resources)} resources, and CloudFormation takes 500 in a stack."
        f" Split the stack before it has more than {MOST_RESOURCES}."
    )
ANY = "x-amazon-apigateway-any-method"
routes = {
    path if path == "$default" else f"{'ANY' if method == ANY else method.upper()} {path}"
    for path, methods in resources["Api"]["Properties"]["Body"]["paths"].items()
    for method in methods
}
for resource in resources.values():
    if resource["Type"] == "AWS::ApiGatewayV2::Stage":
        # API Gateway refuses a stage with settings for a route that it does not have.
        unknown = set(resource["Properties"]["RouteSettings"]) - routes
        if unknown:
            sys.exit(f"template.yaml: RouteSettings for routes of no function: {', '.join(sorted(unknown))}")

json.dump(expanded, sys.stdout, indent=1)
