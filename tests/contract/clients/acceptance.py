"""The official Python SDK of Devopness against a real stack: unmodified, with its validation on.

It runs in the virtual environment of one version of the SDK, with tests/contract on the path, and starts a stack of its
own: `bash .ci/run clients`.

The newest version raises where an answer does not fit its models; 1.0.0 warns and hands out the raw text, so warnings
are errors here. What they let through is compared value by value.
"""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
import warnings
from collections.abc import Awaitable, Callable
from importlib.metadata import version

from devopness import DevopnessClient, DevopnessClientAsync, DevopnessClientConfig

from journey import TAKES_CREDENTIALS, Journey
from stack import Stack
from support import answer, same

SDK = f"devopness {version('devopness')}"

Step = Callable[[Journey], Awaitable[None]]

WHOLE: list[Step] = [
    Journey.logs_in,
    Journey.sees_who_it_is,
    Journey.is_told_that_a_wrong_token_is_wrong,
    Journey.lists_the_hooks_of_an_application,
    Journey.adds_a_hook_to_a_pipeline,
    Journey.adds_a_signed_hook_to_a_pipeline,
    Journey.lists_the_hooks_of_a_pipeline_page_by_page,
    Journey.gets_a_hook_with_its_secret_masked,
    Journey.updates_a_hook_with_what_it_has_read,
    Journey.loses_no_condition_that_it_does_not_know,
    Journey.loses_nothing_of_a_variable_that_it_does_not_know,
    Journey.triggers_a_hook_without_a_secret,
    Journey.triggers_a_signed_hook_only_with_its_signature,
    Journey.lists_the_requests_of_a_hook_page_by_page,
    Journey.gets_a_request_that_was_queued_and_one_that_was_rejected,
    Journey.gets_requests_whose_body_is_no_object,
    Journey.is_told_every_wrong_field,
    Journey.is_told_what_does_not_exist,
    Journey.is_told_that_a_resource_is_full,
    Journey.adds_a_pipeline_with_a_step_and_a_hook,
    Journey.runs_the_pipeline_with_a_signed_call,
    Journey.sees_that_the_action_is_completed,
    Journey.reads_what_the_step_has_printed,
    Journey.finds_the_action_in_every_list,
    Journey.adds_a_pipeline,
    Journey.is_told_what_a_pipeline_cannot_be,
    Journey.adds_steps_to_a_pipeline,
    Journey.starts_an_action_by_hand,
    Journey.is_told_what_an_action_cannot_be,
    Journey.runs_an_action_again_that_has_ended,
    Journey.updates_a_step_with_what_it_has_read_and_moves_it,
    Journey.takes_a_step_out_and_puts_it_back,
    Journey.updates_a_pipeline_with_what_it_has_read,
    Journey.lists_the_pipelines_of_a_resource_page_by_page,
    Journey.adds_a_hook_that_does_what_its_pipeline_is_for,
    Journey.deletes_a_pipeline,
    Journey.deletes_a_hook,
    Journey.refreshes_its_tokens,
    Journey.logs_out,
]

# 1.0.0 has no access tokens for programs.
OF_TOKENS: list[Step] = [
    Journey.logs_in,
    Journey.makes_uses_rotates_and_revokes_a_personal_token,
    Journey.makes_uses_rotates_and_revokes_a_token_of_the_project,
    Journey.makes_a_token_for_a_worker_that_can_do_nothing_else,
    Journey.is_told_what_a_token_cannot_be,
]

# The asynchronous client of 1.0.0 cannot keep a session with any server: to save the tokens it reads a stream the wrong
# way and fails, and a token that it is given goes where only the synchronous client looks.
WITHOUT_A_SESSION: list[Step] = [Journey.logs_in, Journey.triggers_a_hook_that_somebody_else_made]


async def travel(journey: Journey, steps: list[Step]) -> int:
    """Goes on until a step fails, and says how many did not."""
    for passed, step in enumerate(steps):
        name = step.__name__.replace("_", " ")
        try:
            await step(journey)
        except Exception:  # noqa: BLE001 - whatever it is, it ends this journey and no other.
            print(f"  FAILED  {name}\n{traceback.format_exc()}", flush=True)
            return passed
        print(f"  ok  {name}", flush=True)
    return len(steps)


async def run(stack: Stack, *, project_id: int, is_async: bool) -> tuple[int, int]:
    """How many steps a client took, and how many there are."""
    steps = WITHOUT_A_SESSION if is_async and TAKES_CREDENTIALS else WHOLE
    if not TAKES_CREDENTIALS:
        steps = [*steps, *OF_TOKENS]
    # A client that logs in keeps its tokens only if it may renew them; one that is given a token may not.
    config = DevopnessClientConfig(base_url=stack.url, auto_refresh_token=TAKES_CREDENTIALS and not is_async)
    same(getattr(config, "strict_validation_mode", True), True)
    client = DevopnessClientAsync(config) if is_async else DevopnessClient(config)
    print(f"{SDK}, {'asynchronous' if is_async else 'synchronous'} client", flush=True)
    user = stack.put_user(project_id=project_id)
    try:
        return await travel(Journey(stack, user, client), steps), len(steps)
    finally:
        for close in "close", "aclose":  # 1.0.0 has neither.
            if hasattr(client, close):
                await answer(getattr(client, close)())


def main() -> int:
    warnings.simplefilter("error", UserWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    with Stack() as stack:
        begun = time.monotonic()
        outcomes = [
            asyncio.run(run(stack, project_id=101, is_async=False)),
            asyncio.run(run(stack, project_id=102, is_async=True)),
        ]
        seconds = time.monotonic() - begun
    (sync, of_sync), (asynchronous, of_async) = outcomes
    print(
        f"{SDK}: {sync} of {of_sync} steps synchronously, {asynchronous} of {of_async} asynchronously,"
        f" in {seconds:.1f} s\n"
    )
    return 0 if all(passed == steps for passed, steps in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
