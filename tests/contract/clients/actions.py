"""The whole story: a signed call runs a pipeline, and the SDK follows it to its end. A part of the journey."""

from __future__ import annotations

import inspect
import time
from typing import Any

import httpx
from devopness import models
from devopness.core import DevopnessResponse

from stack import Stack, User
from support import Api, answer, refused, same, signed

QUEUED = "The pipeline job was queued."

# In seconds: a worker asks once in a few, and the machine may be busy.
ACTION_LIMIT = 60

RESOURCE = 44


class Actions:
    """Steps of the journey; a step's name is its claim."""

    stack: Stack
    user: User
    client: Any
    api: Api

    async def adds_a_pipeline_with_a_step_and_a_hook(self) -> None:
        draft = {"name": "deploy the blog", "operation": "deploy"}
        pipeline = (await answer(self.client.pipelines.add_pipeline(RESOURCE, "application", draft))).data
        step = models.StepPipelineCreate(command='echo "deploying $PIPEHOOK_BRANCH"', runner="custom")
        await answer(self.client.pipelines.add_pipeline_step(pipeline.id, step))
        branch = models.HookVariable(name="branch", path="ref", type="string", required=True)
        hook = models.HookPipelineCreate(
            name="deploy the blog as it is pushed", requires_secret=True, secret_algorithm="sha256",
            secret_header_name="X-Hub-Signature-256", settings=models.HookIncomingSettings(variables=[branch]),
        )  # fmt: skip
        hook = (await answer(self.client.hooks.add_pipeline_hook("incoming", pipeline.id, hook))).data
        self.runs, self.run_by = pipeline.id, hook.to_dict()

    async def runs_the_pipeline_with_a_signed_call(self) -> None:
        body = b'{"ref": "next"}'
        call = signed(self.run_by["secret"], body, event="push")
        response = httpx.post(self.run_by["url"], content=body, headers=call.headers, timeout=30)
        # The SDK cannot sign a call, but it reads the answer to one.
        triggered: Any = DevopnessResponse(response, models.HookTriggerResponse)

        same((triggered.status, triggered.data.message), (200, QUEUED))
        same(type(triggered.action_id), int)
        self.action: int = triggered.action_id
        found = await self.finds_the_action()
        same(found["status"] in ("queued", "waiting", "pending"), True)
        same((found["pipeline_id"], found["started_at"], found["completed_at"]), (self.runs, None, None))

    async def finds_the_action(self) -> dict[str, Any]:
        found: dict[str, Any] = (await answer(self.client.actions.get_action(self.action))).data.to_dict()
        same((found["id"], found["type"]), (self.action, "deploy"))
        return found

    async def sees_that_the_action_is_completed(self) -> None:
        token = self.api.post(f"/projects/{self.user.project_id}/tokens", {"name": "a worker", "role_id": 2}).is_(201)
        with self.stack.worker(token["token"]):
            found = await self.waits_until_it_ends()

        same((found["status"], found["status_reason_code"]), ("completed", "COMPLETED"))
        same(found["completed_at"] >= found["started_at"] >= found["created_at"], True)
        resource = found["resource"]
        same((resource["id"], resource["type"]), (RESOURCE, "application"))
        same(found["summary"]["targets"], {"count": 1, "pending": 0, "in_progress": 0, "completed": 1, "failed": 0})
        origin = found["triggered_from"]
        same((origin["trigger_type"], origin["hook_id"]), ("hook", self.run_by["id"]))
        same(found["hook_requests"]["incoming"]["action_id"], self.action)
        [target] = found["targets"]
        [step] = target["steps"]
        same((step["status"], step["order"], target["status"], target["total_steps"]), ("completed", 1, "completed", 1))
        self.target: int = target["id"]
        self.ended = (self.action, found["status"])

    async def waits_until_it_ends(self) -> dict[str, Any]:
        deadline = time.monotonic() + ACTION_LIMIT
        while (found := await self.finds_the_action())["status"] not in ("completed", "failed", "skipped"):
            if time.monotonic() > deadline:
                raise AssertionError(f"it has not ended: {found}\n{self.stack.log()}")
            time.sleep(0.2)
        return found

    async def reads_what_the_step_has_printed(self) -> None:
        log = (await answer(self.client.actions.get_action_log(self.action, 1, self.target))).data
        same((log.step.order, log.step.output), (1, "deploying next\n"))
        missing = "The step was not found."
        await refused(lambda: self.client.actions.get_action_log(self.action, 2, self.target), 404, missing, None)

    async def finds_the_action_in_every_list(self) -> None:
        actions, project, environment = self.client.actions, self.user.project_id, self.user.environment_id
        time.sleep(1.1)  # Lists may miss the last second.
        lists = [
            actions.list_actions(),
            actions.list_actions_by_resource_type(RESOURCE, "application"),
            actions.list_actions_by_target_resource_type(RESOURCE, "application"),
            actions.list_environment_actions(environment),
            actions.list_environment_actions_by_resource_type(environment, "application"),
            actions.list_project_actions_by_resource_type(project, "application"),
            actions.list_pipeline_actions(self.runs),
        ]
        # 1.0.0 has no filters.
        if "filter" in inspect.signature(actions.list_actions).parameters:
            chosen = {"resource_type": "application", "resource_id": RESOURCE, "status": "completed"}
            lists.append(actions.list_actions(filter=chosen))
            same((await answer(actions.list_actions(filter={"status": "failed"}))).data, [])
        for listed in [await answer(list) for list in lists]:
            same((listed.status, [(found.id, found.status) for found in listed.data]), (200, [self.ended]))
