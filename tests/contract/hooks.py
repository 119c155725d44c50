"""Hooks of schemathesis: they give generated calls what a schema cannot say, and count the answers.

Without them most calls would end at the first 404 or 401. Nothing here hides a failure: what is let pass is in
schemathesis.toml, with its reason.
"""

from __future__ import annotations

import atexit
import itertools
import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
import schemathesis
from callers import Callers
from schemathesis import Case, HookContext, Response
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

DIRECTORY = Path(os.environ["CONTRACT"])
LARGEST_ID = 9_007_199_254_740_991
FIRST_OF_OURS = 2**52

# The tag of operations whose pipeline is one of Pipehook's, and the one of another tag.
OF_OURS = "pipelines"
START_ACTION = "startAction"

# Providers that ask in these ways whether a hook's URL is there.
GREETERS = {"greetHook": "dropbox", "headHook": "intercom", "optionsOfHook": "cloudevents"}

Body = dict[str, Any]

callers = Callers(**json.loads(Path(DIRECTORY, "callers.json").read_text()))
numbers: defaultdict[str, itertools.count[int]] = defaultdict(itertools.count)
answers: defaultdict[str, Counter[int]] = defaultdict(Counter)


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    if case.meta is None:
        return
    # In the stateful phase, what a call needs comes from earlier answers.
    if case.meta.phase.name != TestPhase.STATEFUL:
        use_what_is_there(case)
        know_what_is_secret(case)
    if isinstance(case.body, dict):
        positive = not case.meta.is_negative_at(ParameterLocation.BODY)
        correct = CORRECTIONS.get(operation_id(case))
        if correct is not None:
            correct(case, case.body, positive)
    if operation_id(case) == "triggerHook":
        sign(case)


def use_what_is_there(case: Case[Any]) -> None:
    """An id that was made up is answered 404 before anything else is looked at. One in five is left as it is."""
    assert case.meta is not None
    operation = operation_id(case)
    if case.meta.is_negative_at(ParameterLocation.PATH) or one_in(5, f"made up {operation}"):
        return
    if operation in GREETERS:
        case.path_parameters["hook_id"] = callers.hook_of(GREETERS[operation])
    elif "hook_id" in case.path_parameters:
        # Of a hook that takes unsigned calls, PUT does not read how calls are signed.
        signed = operation == "updateHook" or not one_in(3, f"unsigned {operation}")
        demanding = one_in(4, f"demanding {operation}")
        case.path_parameters["hook_id"] = callers.hook(signed=signed, demanding=demanding)
    elif "request_id" in case.path_parameters:
        case.path_parameters["request_id"] = callers.request(authentic=not one_in(4, "stranger"))
    elif "pipeline_id" in case.path_parameters and (
        operation == START_ACTION or OF_OURS in case.operation.definition.raw.get("tags", [])
    ):
        case.path_parameters["pipeline_id"] = callers.pipeline()
        if "step_id" in case.path_parameters:
            case.path_parameters["step_id"] = callers.step(case.path_parameters["pipeline_id"])
    elif "pipeline_id" in case.path_parameters:
        case.path_parameters["pipeline_id"] = of_a_consumer(int(case.path_parameters["pipeline_id"]))
    elif "action_id" in case.path_parameters:
        # One in three has not ended.
        has_ended = operation == "retryAction" and not one_in(3, "not ended")
        action = callers.ended_action() if has_ended else callers.action()
        case.path_parameters["action_id"] = action
        if "action_target_id" in case.path_parameters:
            case.path_parameters |= {"action_target_id": action, "action_step_order": 1}
    elif operation == "rotateProjectToken":
        case.path_parameters |= {"project_id": callers.project, "token_id": callers.project_token}
    elif "asset" in case.path_parameters:
        case.path_parameters["asset"] = callers.asset(next(numbers["asset"]))
    elif "digest" in case.path_parameters:
        case.path_parameters["digest"], case.path_parameters["file"] = callers.console_file(next(numbers["asset"]))


def know_what_is_secret(case: Case[Any]) -> None:
    """A made-up password opens no session, and a made-up token refreshes none. Every second one is left as it is."""
    assert case.meta is not None
    if not isinstance(case.body, dict) or case.meta.is_negative_at(ParameterLocation.BODY):
        return
    if operation_id(case) == "logIn" and not one_in(2, "password"):
        case.body |= {"email": callers.email, "password": callers.password}
    elif operation_id(case) == "refreshTokens" and not one_in(2, "token"):
        case.body["refresh_token"] = callers.refresh_token()


def correct_new_hook(case: Case[Any], body: Body, positive: bool) -> None:
    """Names of variables are unique, and signatures are such as the header's provider makes."""
    if positive:
        name_no_pipeline_of_ours(body)
        bound_variables(body)
        allow_conditions(body)
        if body.get("provider"):
            name_no_provider(body)
        elif body.get("requires_secret"):
            sign_as_the_header_says(body)


def correct_pipeline_hook(case: Case[Any], body: Body, positive: bool) -> None:
    """The body's pipeline, if there is one, is the path's: else that would hide what else is wrong."""
    correct_new_hook(case, body, positive)
    path = case.path_parameters.get("pipeline_id")
    if positive and isinstance(path, int) and path >= FIRST_OF_OURS:
        # They follow from a pipeline of ours.
        for name in ("resource_type", "resource_id", "action_type"):
            body.pop(name, None)
    given = body.get("pipeline_id")
    if isinstance(given, int | float) and not isinstance(given, bool) and 1 <= given <= LARGEST_ID:
        body["pipeline_id"] = case.path_parameters.get("pipeline_id")


def correct_change(case: Case[Any], body: Body, positive: bool) -> None:
    """The body's id is the path's, and what is said of signatures holds for the hook as it is."""
    given = body.get("id")
    if positive or (isinstance(given, str) and len(given) == len("33c690d6-0619-404d-9113-f2e4d067efdb")):
        body["id"] = case.path_parameters.get("hook_id")
    if not positive:
        # Unless it says so, nothing is read of the signatures of a hook that takes unsigned calls.
        if body.get("requires_secret") is None:
            body["requires_secret"] = True
        name_no_known_variable(body)
        return
    # No schema knows which project and environment the hook is in.
    for name in ("project_id", "environment_id"):
        body.pop(name, None)
    name_no_pipeline_of_ours(body)
    bound_variables(body)
    allow_conditions(body)
    signing = ("requires_secret", "secret_algorithm", "secret_header_name")
    # A provider would decide for all later changes of the hook what its header may be.
    for name in ("provider", "provider_options", "verification"):
        body.pop(name, None)
    if body.get("requires_secret") is not False and any(body.get(name) for name in signing):
        body["secret_algorithm"] = body.get("secret_algorithm") or "sha256"
        sign_as_the_header_says(body)


def correct_test(case: Case[Any], body: Body, positive: bool) -> None:
    """Hooks without a provider name no event, and the names of headers differ in more than their case."""
    if positive:
        body.pop("event", None)
        if body.get("headers"):
            body["headers"] = {name.lower(): value for name, value in body["headers"].items()}


def correct_draft_test(case: Case[Any], body: Body, positive: bool) -> None:
    """The same for a hook that is not created."""
    correct_test(case, body, positive)
    if positive:
        correct_new_hook(case, body["hook"], positive)


def correct_rotation(case: Case[Any], body: Body, positive: bool) -> None:
    """No provider of these hooks has options, which no schema knows."""
    if positive:
        body.pop("provider_options", None)


def correct_pipeline(case: Case[Any], body: Body, positive: bool) -> None:
    """The body's id is the path's, and what cannot be changed is left out: no schema knows what is there."""
    correct_own_id(case, body, positive, "pipeline_id", READ_ONLY_OF_PIPELINES)


def correct_step(case: Case[Any], body: Body, positive: bool) -> None:
    """The same for a step."""
    correct_own_id(case, body, positive, "step_id", READ_ONLY_OF_STEPS)


READ_ONLY_OF_PIPELINES = (
    "environment_id",
    "project_id",
    "resource_type",
    "resource_type_human_readable",
    "resource_id",
    "operation",
    "operation_human_readable",
    "steps",
)
READ_ONLY_OF_STEPS = ("script_id", "pipeline_id", "trigger_order")


def correct_own_id(case: Case[Any], body: Body, positive: bool, name: str, read_only: tuple[str, ...]) -> None:
    if positive:
        body["id"] = case.path_parameters.get(name)
        for field in read_only:
            body.pop(field, None)


def correct_token(case: Case[Any], body: Body, positive: bool) -> None:
    """The token ends in the future and within a year, and the body's id is the path's."""
    if positive:
        if body.get("expires_at") is not None:
            body["expires_at"] = (datetime.now(UTC) + timedelta(days=30)).isoformat()
        if "id" in body:
            body["id"] = case.path_parameters.get("token_id")


def correct_report(case: Case[Any], body: Body, positive: bool) -> None:
    """The lease is the one that the action was claimed under, and the action has one step."""
    lease = callers.leases.get(case.path_parameters.get("action_id"))
    if positive:
        body["lease_token"] = lease or body["lease_token"]
        for step in [*(body.get("steps") or []), *filter(None, [body.get("output")])]:
            step["order"] = 1


def correct_password(case: Case[Any], body: Body, positive: bool) -> None:
    """The current password is the right one, and the new one another."""
    if positive:
        body["current_password"] = callers.own_password
        if body["new_password"] == callers.own_password:
            body["new_password"] = f"the contract's password {next(numbers['password'])}"


def correct_action(case: Case[Any], body: Body, positive: bool) -> None:
    """A source becomes variables, which must not be given too."""
    if positive:
        for name in ("source_type", "source_ref"):
            if body.get(name) is not None and body.get("variables"):
                body["variables"].pop(name, None)


def correct_retry_step(case: Case[Any], body: Body, positive: bool) -> None:
    """A cursor has to come from a step before, and a time has to begin before it ends. Made up, they would hide what
    else is wrong."""
    if positive and "operation_id" in body:
        body["cursor"] = None
    if not case.meta.is_negative_at(ParameterLocation.QUERY):
        case.query.update({"filter[from]": "2026-01-01T00:00:00Z", "filter[to]": "2099-01-01T00:00:00Z"})


CORRECTIONS: dict[str, Callable[[Case[Any], Body, bool], None]] = {
    "changePassword": correct_password,
    "createHook": correct_new_hook,
    "createPipelineHook": correct_pipeline_hook,
    "createPersonalToken": correct_token,
    "rotatePersonalToken": correct_token,
    "createProjectToken": correct_token,
    "rotateProjectToken": correct_token,
    "reportAction": correct_report,
    "retryRequests": correct_retry_step,
    "rotateHookSecret": correct_rotation,
    START_ACTION: correct_action,
    "testDraft": correct_draft_test,
    "testHook": correct_test,
    "updateHook": correct_change,
    "updatePipeline": correct_pipeline,
    "updateStep": correct_step,
}


def name_no_pipeline_of_ours(body: Body) -> None:
    """One of ours has to be there: a number that was made up is refused. Without one, nothing can be skipped."""
    if isinstance(body.get("pipeline_id"), int):
        body["pipeline_id"] = of_a_consumer(body["pipeline_id"])
    if body.get("only_latest"):
        body["only_latest"] = False


def of_a_consumer(pipeline: int) -> int:
    return pipeline % FIRST_OF_OURS or 1


def bound_variables(body: Body) -> None:
    """Names are unique, values fit the bounds, and none is in a header with the proof or with credentials."""
    names = set()
    for index, variable in enumerate((body.get("settings") or {}).get("variables") or []):
        if variable.get("source") == "header":
            variable["path"] = f"x-of-contract-{variable.get('path') or variable['name']}"[:64]
        if variable["name"] in names:
            variable["path"] = variable.get("path") or variable["name"]
            variable["name"] = f"variable {index}"
        names.add(variable["name"])
        # Left out, they would be those of the variable that the hook has already.
        for field in ("source", "path", "required", "default_value", "max_length", "allowed_values"):
            variable.setdefault(field, None)
        if variable["allowed_values"]:
            variable["max_length"] = variable["default_value"] = None
        elif isinstance(variable["default_value"], str) and variable["max_length"]:
            variable["max_length"] = max(variable["max_length"], len(variable["default_value"]))


def name_no_known_variable(body: Body) -> None:
    """An entry that names a variable of the hook may leave its type out."""
    settings = body.get("settings")
    variables = settings.get("variables") if isinstance(settings, dict) else None
    for index, variable in enumerate(variables if isinstance(variables, list) else []):
        if isinstance(variable, dict) and isinstance(variable.get("name"), str) and variable.get("type") is None:
            variable["name"] = f"a variable that no hook has, {index}"


def allow_conditions(body: Body) -> None:
    """There are at most 50 with those of groups, and none is on a header with the proof or with credentials."""
    conditions = (body.get("trigger_when") or {}).get("conditions") or []
    for condition in conditions:
        if "any" in condition:
            condition["any"] = condition["any"][: 50 // len(conditions)]
        for member in condition.get("any", [condition]):
            if member["type"] == "request_header":
                member["path"] = f"x-of-contract-{member['path']}"[:64]


def name_no_provider(body: Body) -> None:
    """Few names are a provider's, each with its own options, and later changes must go with its one header."""
    for name in ("provider", "provider_options", "verification", "secret_algorithm", "secret_header_name", "secret"):
        body.pop(name, None)
    body["requires_secret"] = False


def sign_as_the_header_says(body: Body) -> None:
    """The headers of the examples go with sha256 only; a header of no provider goes with every algorithm."""
    if body["secret_algorithm"] != "sha256" or not body.get("secret_header_name"):
        body["secret_header_name"] = "X-Signature"


def sign(case: Case[Any]) -> None:
    """Signs as the hook's provider does. One call in four is left unsigned."""
    signing = callers.signings.get(str(case.path_parameters.get("hook_id")))
    if signing is None or one_in(4, "unsigned call"):
        return
    sent = requests.Request(**case.as_transport_kwargs(base_url=callers.url)).prepare().body or b""
    for name, value in signing.headers(sent if isinstance(sent, bytes) else str(sent).encode()).items():
        case.headers[name] = value


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
    # Schemathesis also tries methods that an operation's path does not have.
    if response.request.method != case.operation.method.upper():
        return
    answers[case.operation.label][response.status_code] += 1
    if operation_id(case) in ("createHook", "createPipelineHook", "rotateHookSecret") and response.status_code < 300:
        callers.remember(response.json())
    elif operation_id(case) == "changePassword" and response.status_code < 300:
        callers.own_password = json.loads(response.request.body or b"")["new_password"]


def operation_id(case: Case[Any]) -> str:
    name: str = case.operation.definition.raw["operationId"]
    return name


def one_in(count: int, what: str) -> bool:
    """True once in so many questions about this."""
    return next(numbers[what]) % count == count - 1


@atexit.register
def write_answers() -> None:
    counts = {label: dict(sorted(counter.items())) for label, counter in answers.items()}
    Path(DIRECTORY, "answers.json").write_text(json.dumps(counts))
