"""What a user does with actions that it starts itself, as a part of the journey."""

from __future__ import annotations

import time
from typing import Any

from devopness import models

from stack import User
from support import Api, answer, refused, same


class ByHand:
    """Steps of the journey; a step's name is its claim."""

    user: User
    client: Any
    api: Api
    pipeline: dict[str, Any]

    async def starts_an_action_by_hand(self) -> None:
        draft = models.ActionPipelineCreate(trigger_comment="by hand", source_type="tag", source_ref="v1.2")
        started = await answer(self.client.actions.add_pipeline_action(self.pipeline["id"], draft))

        self.by_hand: dict[str, Any] = started.data.to_dict()
        same((started.status, started.action_id), (201, self.by_hand["id"]))
        self.is_of_the_pipeline(self.by_hand)
        # The oldest version drops these fields.
        shown = self.api.post(f"/pipelines/{self.pipeline['id']}/actions", {"trigger_comment": "by hand"}).is_(201)
        same((shown["trigger_comment"], shown["retry_of"]), ("by hand", None))
        found = (await answer(self.client.actions.get_action(self.by_hand["id"]))).data.to_dict()
        same((found["id"], found["triggered_from"]), (self.by_hand["id"], self.by_hand["triggered_from"]))

    def is_of_the_pipeline(self, action: dict[str, Any]) -> None:
        same((action["pipeline_id"], action["status"], action["type"]), (self.pipeline["id"], "queued", "deploy"))
        origin = action["triggered_from"]
        same((origin["trigger_type"], origin["hook_id"], origin["email"]), ("manual", None, self.user.email))

    async def is_told_what_an_action_cannot_be(self) -> None:
        add = self.client.actions.add_pipeline_action
        servers = "must be empty: set the `label` of the pipeline, which says which workers run its actions"
        errors = {"servers": [f"The field `servers` {servers}."]}
        message = "The request is well-formed but its content is not valid: see `errors`."
        await refused(lambda: add(self.pipeline["id"], {"servers": [7]}), 422, message, errors)
        await refused(lambda: add(7, {}), 404, "The pipeline was not found.", None)

    async def runs_an_action_again_that_has_ended(self) -> None:
        retry = self.client.actions.retry_action
        begun = "The action has not ended: wait for its end, or cancel it first."
        await refused(lambda: retry(self.by_hand["id"]), 409, begun, None)
        # Once its job has arrived, which is kept for the retry.
        while (await answer(self.client.actions.get_action(self.by_hand["id"]))).data.to_dict()["status"] == "queued":
            time.sleep(0.1)
        self.api.post(f"/actions/{self.by_hand['id']}/cancel", {}).is_(202)

        again = await answer(retry(self.by_hand["id"]))

        action = again.data.to_dict()
        same((again.status, again.action_id), (201, action["id"]))
        self.is_of_the_pipeline(action)
        same(self.api.post(f"/actions/{self.by_hand['id']}/retry").is_(201)["retry_of"], self.by_hand["id"])
