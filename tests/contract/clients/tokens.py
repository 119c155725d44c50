"""What a user does with access tokens for programs, as a part of the journey. 1.0.0 does not know them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from stack import User
from support import Api, answer, refused, same

INVALID = "The request is well-formed but its content is not valid: see `errors`."
REVOKED = "The token was revoked: create another one."
UNAUTHENTICATED = (
    "A valid access token is required: log in at POST /users/login"
    " and send it as `Authorization: Bearer <access_token>`."
)
ONLY_WHO_IS_LOGGED_IN = "Only a user who is logged in may do this: use the access token of POST /users/login."
ONLY_FOR_WORKERS = (
    "The token has the role `report`, which is for POST /actions/claim and PUT /actions/{action_id} only."
)


def in_days(days: int) -> str:
    """As the API writes it."""
    at = datetime.now(UTC) + timedelta(days=days)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Tokens:
    """Steps of the journey; a step's name is its claim."""

    user: User
    client: Any
    tokens: dict[str, Any]

    def creator(self) -> dict[str, Any]:
        raise NotImplementedError

    def use(self, token: str) -> None:
        raise NotImplementedError

    async def makes_uses_rotates_and_revokes_a_personal_token(self) -> None:
        tokens = self.client.api_tokens
        creator = {"language": None, "created_at": None, "updated_at": None, **self.creator()}
        await self.lives(
            "devopness_pat_",
            add=lambda: tokens.add_user_personal_access_token({"name": "a script", "expires_at": in_days(30)}),
            get=tokens.get_user_personal_access_token,
            list=tokens.list_user_personal_access_tokens,
            rotate=tokens.rotate_user_personal_access_token,
            revoke=tokens.revoke_user_personal_access_token,
            own={"type": "personal_access_token", "user": creator},
        )

    async def makes_uses_rotates_and_revokes_a_token_of_the_project(self) -> None:
        tokens, project = self.client.api_tokens, self.user.project_id
        draft = {"name": "a script", "role_id": 1, "expires_at": in_days(30)}
        await self.lives(
            "devopness_proj_",
            add=lambda: tokens.add_project_api_token(project, draft),
            get=lambda id: tokens.get_project_api_token(project, id),
            list=lambda: tokens.list_project_api_tokens(project),
            rotate=lambda id, change: tokens.rotate_project_api_token(project, id, change),
            revoke=lambda id: tokens.revoke_project_api_token(project, id),
            own={"type": "project_api_token", "project": None},
        )

    async def lives(
        self, prefix: str, *, add: Any, get: Any, list: Any, rotate: Any, revoke: Any, own: dict[str, Any]
    ) -> None:
        """What becomes of a token, by the methods for tokens of its kind."""
        before = [token.id for token in (await answer(list())).data]
        made = await answer(add())
        same(made.status, 201)
        token = made.data.to_dict()
        text, id = token.pop("token"), token["id"]
        same(text.startswith(prefix), True)
        shown = {**own, "name": "a script", "status": "active", "last_used_at": None, "revoked_at": None}
        same({name: token[name] for name in shown}, shown)
        same(token["updated_at"], token["created_at"])

        found = (await answer(get(id))).data.to_dict()
        same(found, {**token, "token": None})
        listed = await answer(list())
        same(([token.id for token in listed.data], listed.page_count), ([id, *before], 1))
        relation = listed.data[0].to_dict()
        same(relation, {name: token[name] for name in relation})

        await self.is_accepted(text)
        await self.creates_none(text, add)
        used = (await answer(get(id))).data
        same(used.last_used_at, datetime.now(UTC).strftime("%Y-%m-%dT00:00:00.000Z"))

        rotated = (await answer(rotate(id, {"id": id, "expires_at": in_days(60)}))).data
        same((rotated.id, rotated.status, rotated.token != text), (id, "active", True))
        same(rotated.expires_at[:10], in_days(60)[:10])
        await self.is_not_accepted(text, UNAUTHENTICATED)
        await self.is_accepted(rotated.token)

        revoked = await answer(revoke(id))
        same((revoked.status, revoked.data), (204, None))
        await self.is_not_accepted(rotated.token, REVOKED)
        found = (await answer(get(id))).data
        same((found.status, found.token, found.revoked_at is not None), ("revoked", None, True))
        await refused(lambda: rotate(id, {"id": id, "expires_at": in_days(60)}), 409, REVOKED, None)

    async def is_accepted(self, token: str) -> None:
        self.use(token)
        same((await answer(self.client.users.get_user_me())).data.id, self.user.id)
        self.use(self.tokens["access_token"])

    async def is_not_accepted(self, token: str, message: str) -> None:
        self.use(token)
        await refused(self.client.users.get_user_me, 401, message, None)
        self.use(self.tokens["access_token"])

    async def creates_none(self, token: str, add: Any) -> None:
        self.use(token)
        await refused(add, 403, ONLY_WHO_IS_LOGGED_IN, None)
        self.use(self.tokens["access_token"])

    async def makes_a_token_for_a_worker_that_can_do_nothing_else(self) -> None:
        draft = {"name": "a worker", "role_id": 2, "expires_at": in_days(30)}
        made = (await answer(self.client.api_tokens.add_project_api_token(self.user.project_id, draft))).data
        same((made.role.id, made.role.name, made.role.permissions), (2, "report", ["action:claim", "action:report"]))
        self.use(made.token)
        await refused(self.client.users.get_user_me, 403, ONLY_FOR_WORKERS, None)
        await refused(self.client.actions.list_actions, 403, ONLY_FOR_WORKERS, None)
        self.use(self.tokens["access_token"])

    async def is_told_what_a_token_cannot_be(self) -> None:
        tokens = self.client.api_tokens
        draft = {"name": "ab", "expires_at": in_days(400)}
        wrong = {
            "name": "must be at least 3 characters long",
            "expires_at": "must be at most a year (366 days) from now",
        }
        errors = {field: [f"The field `{field}` {reason}."] for field, reason in wrong.items()}
        await refused(lambda: tokens.add_user_personal_access_token(draft), 422, INVALID, errors)
        other = self.user.project_id + 100
        await refused(lambda: tokens.list_project_api_tokens(other), 404, "The project was not found.", None)
