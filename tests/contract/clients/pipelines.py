"""What a user does with pipelines of Pipehook's and their steps, as a part of the journey."""

from __future__ import annotations

from typing import Any

from devopness import models

from stack import User
from support import Api, answer, refused, same


class Pipelines:
    """Steps of the journey; a step's name is its claim."""

    user: User
    client: Any
    api: Api

    def creator(self) -> dict[str, Any]:
        raise NotImplementedError

    async def adds_a_pipeline(self) -> None:
        draft = models.PipelineCreate(name="deploy the shop", operation="deploy", max_parallel_actions=1)
        created = await answer(self.client.pipelines.add_pipeline(42, "application", draft))

        self.pipeline = created.data.to_dict()
        same(created.status, 201)
        same(self.pipeline["id"] >= 2**52, True)
        creator = {"language": None, "created_at": None, "updated_at": None, **self.creator()}
        expected = {
            "id": self.pipeline["id"], "name": "deploy the shop", "environment_id": self.user.environment_id,
            "project_id": self.user.project_id, "organization_id": 1, "resource_type": "application",
            "resource_type_human_readable": "Application", "resource_id": 42, "operation": "deploy",
            "operation_human_readable": "Deploy", "max_parallel_actions": 1, "trigger_when": None, "steps": [],
            "created_by_user": creator, "created_at": self.pipeline["created_at"],
            "updated_at": self.pipeline["created_at"],
        }  # fmt: skip
        # 1.0.0 does not know it.
        if "organization_id" not in self.pipeline:
            del expected["organization_id"]
        same(self.pipeline, expected)

    async def is_told_what_a_pipeline_cannot_be(self) -> None:
        add = self.client.pipelines.add_pipeline
        condition = {"type": "request_body", "path": "ref", "accepted_values": ["main"]}
        draft = {
            "name": "ab", "operation": "explode", "max_parallel_actions": 11,
            "trigger_when": {"conditions": [condition]},
        }  # fmt: skip
        operations = (
            "check_provisioned, configure, delete, deploy, get_status, provision, reload, remove, restart, rotate_key,"
            " start, stop"
        )
        wrong = {
            "name": "must be at least 3 characters long",
            "operation": f"must be one of {operations}",
            "max_parallel_actions": "must be an integer from 0 to 10, where 0 sets no bound",
            "trigger_when.conditions": (
                "must be empty: set `trigger_when` of the hook, which says what calls run its pipeline"
            ),
        }
        errors = {field: [f"The field `{field}` {reason}."] for field, reason in wrong.items()}
        invalid = "The request is well-formed but its content is not valid: see `errors`."
        await refused(lambda: add(42, "application", draft), 422, invalid, errors)

    async def adds_steps_to_a_pipeline(self) -> None:
        add = self.client.pipelines.add_pipeline_step
        install = models.StepPipelineCreate(
            name="install", description="What the shop needs.", command="ci --no-audit", runner="npm",
            run_as_user="deploy",
        )  # fmt: skip
        added = await answer(add(self.pipeline["id"], install))
        self.steps = [added.data.to_dict()]
        same(added.status, 201)
        id, at = self.steps[0]["id"], self.steps[0]["created_at"]
        same(self.steps[0], {
            "id": id, "name": "install", "description": "What the shop needs.", "type": "custom",
            "run_as_user": "deploy", "command": "ci --no-audit", "runner": "npm", "script_id": id,
            "pipeline_id": self.pipeline["id"], "trigger_order": 1, "is_auto_generated": False,
            "is_default_step": False, "created_at": at, "updated_at": at,
        })  # fmt: skip
        for command in "./deploy.sh --now", "./notify.sh deployed":
            draft = {"command": command, "runner": "custom"}
            self.steps.append((await answer(add(self.pipeline["id"], draft))).data.to_dict())
        same([step["trigger_order"] for step in self.steps], [1, 2, 3])
        same((self.steps[1]["name"], self.steps[1]["description"]), (None, None))
        same(await self.ids_of_steps(), [step["id"] for step in self.steps])

    async def ids_of_steps(self) -> list[int]:
        found = await answer(self.client.pipelines.get_pipeline(self.pipeline["id"]))
        same([step.trigger_order for step in found.data.steps], list(range(1, len(found.data.steps) + 1)))
        return [step.id for step in found.data.steps]

    async def updates_a_step_with_what_it_has_read_and_moves_it(self) -> None:
        pipeline, (first, second, third) = self.pipeline["id"], (step["id"] for step in self.steps)
        found = (await answer(self.client.pipelines.get_pipeline(pipeline))).data.steps[2]
        change = models.StepPipelineUpdate(
            id=found.id, name="tell the team", type=found.type, command=found.command, runner=found.runner,
            run_as_user=found.run_as_user, trigger_after=0,
        )  # fmt: skip
        updated = await answer(self.client.pipelines.update_pipeline_step(pipeline, third, change))

        same((updated.status, updated.data), (204, None))
        same(await self.ids_of_steps(), [third, first, second])
        after = (await answer(self.client.pipelines.get_pipeline(pipeline))).data.steps[0].to_dict()
        expected = {**self.steps[2], "name": "tell the team", "trigger_order": 1, "updated_at": after["updated_at"]}
        same(after, expected)

    async def takes_a_step_out_and_puts_it_back(self) -> None:
        pipeline, (first, second, third) = self.pipeline["id"], (step["id"] for step in self.steps)
        steps = self.client.pipelines
        unlinked = await answer(steps.unlink_step_from_pipeline(pipeline, third))
        same((unlinked.status, unlinked.data), (204, None))
        same(await self.ids_of_steps(), [first, second])
        linked = await answer(steps.link_step_to_pipeline(pipeline, third))
        same((linked.status, linked.data), (204, None))
        same(await self.ids_of_steps(), [first, second, third])
        missing = "The step was not found."
        await refused(lambda: steps.link_step_to_pipeline(pipeline, pipeline), 404, missing, None)

    async def updates_a_pipeline_with_what_it_has_read(self) -> None:
        found = (await answer(self.client.pipelines.get_pipeline(self.pipeline["id"]))).data
        change = models.PipelineUpdate(id=found.id, name="deploy it", trigger_when=found.trigger_when)
        updated = await answer(self.client.pipelines.update_pipeline(found.id, change))

        same((updated.status, updated.data), (204, None))
        after = (await answer(self.client.pipelines.get_pipeline(found.id))).data.to_dict()
        same(after, {**found.to_dict(), "name": "deploy it", "updated_at": after["updated_at"]})
        self.pipeline = after

    async def lists_the_pipelines_of_a_resource_page_by_page(self) -> None:
        second = {"name": "restart the shop", "operation": "restart"}
        second = (await answer(self.client.pipelines.add_pipeline(42, "application", second))).data.to_dict()
        names = set(self.pipeline) - {"steps"}
        expected = [{name: pipeline[name] for name in names} for pipeline in (self.pipeline, second)]

        listed = await answer(self.client.pipelines.list_pipelines_by_resource_type(42, "application"))
        same((listed.status, listed.page_count), (200, 1))
        same([pipeline.to_dict() for pipeline in listed.data], expected)
        page = await answer(
            self.client.pipelines.list_pipelines_by_resource_type(42, "application", page=2, per_page=1)
        )
        same(([pipeline.id for pipeline in page.data], page.page_count), ([second["id"]], 2))

    async def adds_a_hook_that_does_what_its_pipeline_is_for(self) -> None:
        draft = models.HookPipelineCreate(name="deploy on demand", requires_secret=False)
        created = await answer(self.client.hooks.add_pipeline_hook("incoming", self.pipeline["id"], draft))
        hook = created.data.to_dict()
        found = (hook["pipeline_id"], hook["action_type"], hook["resource_type"], hook["resource_id"])
        same(found, (self.pipeline["id"], "deploy", "application", 42))
        listed = await answer(self.client.hooks.list_pipeline_hooks(self.pipeline["id"]))
        same([found.id for found in listed.data], [hook["id"]])
        await self.starts_an_action(hook["id"])
        await answer(self.client.hooks.delete_hook(hook["id"], "incoming"))

    async def starts_an_action(self, hook: str) -> None:
        """The answer to a call and its log name the action; a retry starts another one."""
        hooks = self.client.hooks
        triggered = await answer(hooks.trigger_hook(hook))

        same((triggered.status, type(triggered.action_id)), (200, int))
        [listed] = (await answer(hooks.list_hook_requests_by_hook_type(hook, "incoming"))).data
        found = (await answer(hooks.get_hook_request(listed.id))).data
        same((listed.action_id, found.action_id), (triggered.action_id, triggered.action_id))
        again = self.api.post(f"/hook-requests/{listed.id}/retry").is_(201)
        same(type(again["action_id"]), int)
        same(again["action_id"] > triggered.action_id, True)

    async def deletes_a_pipeline(self) -> None:
        pipeline, pipelines = self.pipeline["id"], self.client.pipelines
        deleted = await answer(pipelines.delete_pipeline(pipeline))
        same((deleted.status, deleted.data), (204, None))
        draft = {"name": "x", "requires_secret": False}
        for call in (
            lambda: pipelines.get_pipeline(pipeline),
            lambda: pipelines.delete_pipeline(pipeline),
            lambda: self.client.hooks.add_pipeline_hook("incoming", pipeline, draft),
        ):
            await refused(call, 404, "The pipeline was not found.", None)
