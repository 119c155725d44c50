"""What a user does with the SDK, step by step. A step's name is its claim; later steps build on earlier ones."""

from __future__ import annotations

import uuid
from typing import Any

from devopness import DevopnessClient, DevopnessClientAsync, models

from actions import Actions
from by_hand import ByHand
from conditions import Conditions
from pipelines import Pipelines
from stack import Stack, User
from support import Api, answer, refused, same, signed
from tokens import Tokens
from variables import Variables

# Before 2.0, credentials are given to `login_user`. Since then it takes none, and the client is given a token.
TAKES_CREDENTIALS = hasattr(models, "UserLogin")

INVALID = "The request is well-formed but its content is not valid: see `errors`."
UNAUTHENTICATED = (
    "A valid access token is required: log in at POST /users/login"
    " and send it as `Authorization: Bearer <access_token>`."
)
BAD_SIGNATURE = "The signature of this call is missing or not valid."
QUEUED = "The pipeline job was queued."
MASK = "********"


class Journey(Actions, ByHand, Conditions, Pipelines, Tokens, Variables):
    """One user's journey, with one client, in a project of its own."""

    def __init__(self, stack: Stack, user: User, client: DevopnessClient | DevopnessClientAsync) -> None:
        self.stack = stack
        self.user = user
        self.client: Any = client
        self.tokens: dict[str, Any] = {}
        self.open: dict[str, Any] = {}
        self.signed: dict[str, Any] = {}

    @property
    def api(self) -> Api:
        """For what the SDK cannot say."""
        return Api(self.stack.url, self.tokens["access_token"])

    def use(self, token: str) -> None:
        setattr(self.client, "access_token" if TAKES_CREDENTIALS else "api_token", token)

    async def logs_in(self) -> None:
        credentials = {"email": self.user.email, "password": self.user.password}
        if TAKES_CREDENTIALS:
            login = await answer(self.client.users.login_user(credentials))
            same(login.status, 200)
            self.tokens = login.data.to_dict()
        else:
            missing = {name: [f"The field `{name}` is required."] for name in credentials}
            await refused(self.client.users.login_user, 422, INVALID, missing)
            self.tokens = Api(self.stack.url).post("/users/login", credentials).is_(200)
            self.use(self.tokens["access_token"])
        same((self.tokens["token_type"], self.tokens["expires_in"]), ("Bearer", 3600))

    async def sees_who_it_is(self) -> None:
        me = (await answer(self.client.users.get_user_me())).data.to_dict()
        same(me.pop("updated_at"), me["created_at"])
        same(me.pop("created_at")[-1], "Z")
        same(me, {**self.creator(), "language": None, "social_accounts": []})

    def creator(self) -> dict[str, Any]:
        name, id = self.user.name, self.user.id
        slug = f"{name.lower().replace(' ', '-')}-{id}"
        return {"id": id, "name": name, "email": self.user.email, "url_slug": slug, "active": True}

    async def is_told_that_a_wrong_token_is_wrong(self) -> None:
        self.use("wrong")
        await refused(self.client.users.get_user_me, 401, UNAUTHENTICATED, None)
        self.use(self.tokens["access_token"])

    async def lists_the_hooks_of_an_application(self) -> None:
        conditions = [
            {"type": "request_header", "path": "X-Event", "accepted_values": ["push", 1, True]},
            {"name": "kind", "type": "request_body", "path": "kind", "accepted_values": ["a", 1, 1.5, True]},
        ]
        variables = [
            {"name": "ids", "type": "array", "default_value": [1, "a", True, None, {"b": 2}]},
            {"name": "dry", "type": "boolean", "default_value": False},
            {"name": "size", "type": "integer", "default_value": 1},
        ]
        hook = self.api.post("/hooks/incoming", {
            "name": "deploy application 42", "action_type": "deploy", "resource_type": "application",
            "resource_id": 42, "requires_secret": False, "settings": {"variables": variables},
            "trigger_when": {"conditions": conditions},
        }).is_(201)  # fmt: skip

        listed = await answer(self.client.hooks.list_application_hooks(42))
        empty = await answer(self.client.hooks.list_application_hooks(43))

        same((empty.status, empty.data, empty.page_count), (200, [], 1))
        same((listed.status, len(listed.data), listed.page_count), (200, 1, 1))
        found = listed.data[0].to_dict()
        # The SDK knows no conditions on headers: it keeps what such a one has in common with those of its own.
        same(found["trigger_when"]["conditions"][0], {"path": "x-event", "accepted_values": ["push", "1", "true"]})
        expected = {name: hook[name] for name in found}
        expected["trigger_when"]["conditions"][0] = found["trigger_when"]["conditions"][0]
        # Nor does it know operators, or what variables have besides a type.
        same(expected["trigger_when"]["conditions"][1].pop("operator"), "equals")
        for variable in expected["settings"]["variables"]:
            unknown = [variable.pop(field) for field in ("source", "max_length", "allowed_values")]
            same(unknown, ["body", None, []])
        same(found, expected)

    async def adds_a_hook_to_a_pipeline(self) -> None:
        branch = models.HookVariable(name="branch", path="ref", type="string", default_value="main")
        replicas = models.HookVariable(name="replicas", type="integer", required=False, default_value=2)
        draft = models.HookPipelineCreate(
            name="deploy on demand",
            requires_secret=False,
            settings=models.HookIncomingSettings(variables=[branch, replicas]),
        )
        created = await answer(self.client.hooks.add_pipeline_hook("incoming", 7, draft))

        same(created.status, 201)
        self.open = created.data.to_dict()
        same(str(uuid.UUID(self.open["id"])), self.open["id"])
        same(self.open["updated_at"], self.open["created_at"])
        creator = {"language": None, "created_at": None, "updated_at": None, **self.creator()}
        same(self.open, {
            "id": self.open["id"], "name": "deploy on demand", "type": "in", "action_type": "deploy",
            "url": f"{self.stack.url}/hooks/{self.open['id']}/trigger", "target_url": None,
            "is_auto_generated": False, "requires_secret": False, "verify_ssl": True, "active": True,
            "project_id": self.user.project_id, "environment_id": self.user.environment_id, "pipeline_id": 7,
            "resource_type": "deployment", "resource_id": 7,
            "settings": {"variables": [
                {"name": "branch", "path": "ref", "type": "string", "required": False, "default_value": "main"},
                {"name": "replicas", "path": "replicas", "type": "integer", "required": False, "default_value": 2},
            ]},
            "trigger_when": {"events": [], "conditions": []},
            "secret": "", "secret_algorithm": None, "secret_header_name": None, "created_by_user": creator,
            "created_at": self.open["created_at"], "updated_at": self.open["created_at"],
        })  # fmt: skip

    async def adds_a_signed_hook_to_a_pipeline(self) -> None:
        condition = {"name": "main", "type": "request_body", "path": "ref", "accepted_values": ["refs/heads/main"]}
        created = await answer(self.client.hooks.add_pipeline_hook("incoming", 7, {
            "name": "deploy what is pushed", "active": True, "requires_secret": True, "secret_algorithm": "sha256",
            "secret_header_name": "X-Hub-Signature-256", "trigger_when": {"conditions": [condition]},
            "settings": {"variables": [{"name": "commit", "path": "commits.0.id", "type": "string"}]},
        }))  # fmt: skip

        self.signed = created.data.to_dict()
        same(len(bytes.fromhex(self.signed["secret"])), 32)
        same((self.signed["secret_algorithm"], self.signed["secret_header_name"]), ("sha256", "x-hub-signature-256"))
        same(self.signed["trigger_when"], {"events": [], "conditions": [condition]})

    async def lists_the_hooks_of_a_pipeline_page_by_page(self) -> None:
        async def page(**choice: int) -> tuple[list[str], int]:
            listed = await answer(self.client.hooks.list_pipeline_hooks(7, **choice))
            return [hook.id for hook in listed.data], listed.page_count

        open, signed = self.open["id"], self.signed["id"]
        same(await page(), ([open, signed], 1))
        same(await page(per_page=1), ([open], 2))
        same(await page(page=2, per_page=1), ([signed], 2))
        same(await page(page=3, per_page=1), ([], 2))
        listed = await answer(self.client.hooks.list_pipeline_hooks(7, page=2, per_page=1))
        hidden = {"secret", "secret_algorithm", "secret_header_name", "created_by_user"}
        same(listed.data[0].to_dict(), {name: self.signed[name] for name in self.signed if name not in hidden})

    async def gets_a_hook_with_its_secret_masked(self) -> None:
        for hook, secret in (self.open, ""), (self.signed, MASK):
            found = await answer(self.client.hooks.get_hook(hook["id"], "incoming"))
            same((found.status, found.data.to_dict()), (200, {**hook, "secret": secret}))

    async def updates_a_hook_with_what_it_has_read(self) -> None:
        found = (await answer(self.client.hooks.get_hook(self.open["id"], "incoming"))).data
        change = models.HookUpdate(
            id=found.id, name="deploy now", settings=found.settings, trigger_when=found.trigger_when, active=True
        )
        updated = await answer(self.client.hooks.update_hook(found.id, "incoming", change))

        same((updated.status, updated.data), (204, None))
        after = (await answer(self.client.hooks.get_hook(found.id, "incoming"))).data.to_dict()
        same(after["updated_at"] > self.open["updated_at"], True)
        self.open = {**self.open, "name": "deploy now", "updated_at": after["updated_at"]}
        same(after, self.open)

    async def triggers_a_hook_without_a_secret(self) -> None:
        triggered = await answer(self.client.hooks.trigger_hook(self.open["id"]))

        same((triggered.status, triggered.data.to_dict()), (200, {"message": QUEUED, "errors": None}))
        [job] = self.stack.receive_jobs(at_least=1)
        same(job["variables"], {"branch": "main", "replicas": 2})
        same(job["resource"], {"type": "deployment", "id": 7})
        same((job["action_type"], job["pipeline_id"], job["project_id"]), ("deploy", 7, self.user.project_id))
        same(job["triggered_from"]["hook_name"], "deploy now")

    async def triggers_a_signed_hook_only_with_its_signature(self) -> None:
        body = b'{"ref": "refs/heads/main", "commits": [{"id": "6dcb09b"}]}'
        call = signed(self.signed["secret"], body, event="push")

        same(call.post(self.signed["url"], body).is_(200)["message"], QUEUED)
        [job] = self.stack.receive_jobs(at_least=1)
        same((job["variables"], job["triggered_from"]["event"]), ({"commit": "6dcb09b"}, "push"))
        same(call.post(self.signed["url"], body.replace(b"6", b"7")).is_(401)["message"], BAD_SIGNATURE)
        await refused(lambda: self.client.hooks.trigger_hook(self.signed["id"]), 401, BAD_SIGNATURE, None)
        same(self.stack.receive_jobs(), [])

    async def lists_the_requests_of_a_hook_page_by_page(self) -> None:
        listed = await answer(self.client.hooks.list_hook_requests_by_hook_type(self.signed["id"], "incoming"))
        pages = [
            await answer(
                self.client.hooks.list_hook_requests_by_hook_type(self.signed["id"], "incoming", page=page, per_page=1)
            )
            for page in (1, 2, 3)
        ]

        same((listed.status, len(listed.data), listed.page_count), (200, 3, 1))
        # The last page that is known: the next one.
        same([page.page_count for page in pages], [2, 3, 3])
        same([page.data[0] for page in pages], listed.data)
        same(sorted((request.id for request in listed.data), reverse=True), [request.id for request in listed.data])
        first = listed.data[2].to_dict()
        same(first.pop("updated_at"), first.pop("created_at"))
        same(first, {
            "id": first["id"], "hook_id": self.signed["id"], "action_id": None, "retry_of": None,
            "ip_address": "127.0.0.1",
        })  # fmt: skip

    async def gets_a_request_that_was_queued_and_one_that_was_rejected(self) -> None:
        listed = await answer(self.client.hooks.list_hook_requests_by_hook_type(self.signed["id"], "incoming"))
        rejected, queued = listed.data[1].id, listed.data[2].id
        request = (await answer(self.client.hooks.get_hook_request(queued))).data

        same((request.id, request.hook_id, request.url), (queued, self.signed["id"], self.signed["url"]))
        same((request.response_status_code, request.action_id, request.retry_of), (200, None, None))
        same(request.request_body, {"ref": "refs/heads/main", "commits": [{"id": "6dcb09b"}]})
        same(request.request_headers["x-hub-signature-256"], MASK)
        same(request.response_headers["content-type"], "application/json")
        same(request.response_body, {"message": QUEUED, "errors": None, "request_id": queued})
        same((request.hook.id, request.hook.name), (self.signed["id"], "deploy what is pushed"))
        request = (await answer(self.client.hooks.get_hook_request(rejected))).data
        same((request.response_status_code, request.request_body), (401, {}))
        same(request.response_body, {"message": BAD_SIGNATURE, "request_id": rejected})

        again = self.api.post(f"/hook-requests/{queued}/retry").is_(201)
        same((await answer(self.client.hooks.get_hook_request(again["id"]))).data.retry_of, queued)
        same(len(self.stack.receive_jobs(at_least=1)), 1)

    async def gets_requests_whose_body_is_no_object(self) -> None:
        for body, kind, shown in (
            (b"[1, 2]", "application/json", {"json": [1, 2]}),
            (b"a=1&b=2", "application/x-www-form-urlencoded", {"a": "1", "b": "2"}),
            (b"", "application/json", {}),
            (b"<a/>", "application/xml", {"text": "<a/>"}),
        ):
            called = Api(headers={"Content-Type": kind}).post(self.open["url"], body)
            request = (await answer(self.client.hooks.get_hook_request(called.json["request_id"]))).data
            same((request.request_body, request.response_status_code), (shown, called.status))
        self.stack.receive_jobs()

    async def is_told_every_wrong_field(self) -> None:
        draft = models.HookPipelineCreate(
            name="", settings=models.HookIncomingSettings(variables=[models.HookVariable(name="a", path="a..b")])
        )
        wrong = {
            "name": "must not be empty",
            "requires_secret": "is required",
            "settings.variables.0.path": (
                "must have a name between two dots: write `a.b`, or `a.*.b` for each value of `a`"
            ),
            "settings.variables.0.type": "is required",
        }
        errors = {field: [f"The field `{field}` {reason}."] for field, reason in wrong.items()}
        await refused(lambda: self.client.hooks.add_pipeline_hook("incoming", 7, draft), 422, INVALID, errors)

    async def is_told_what_does_not_exist(self) -> None:
        hooks, unknown = self.client.hooks, str(uuid.uuid4())
        for call in (
            lambda: hooks.get_hook(unknown, "incoming"),
            lambda: hooks.delete_hook(unknown, "incoming"),
            lambda: hooks.trigger_hook(unknown),
            lambda: hooks.list_hook_requests_by_hook_type(unknown, "incoming"),
        ):
            await refused(call, 404, "The hook was not found.", None)
        await refused(lambda: hooks.get_hook_request(unknown), 404, "The request was not found.", None)
        unknown = "The path was not found: GET /docs describes the API and shows how to begin."
        await refused(lambda: hooks.get_hook(self.open["id"], "outgoing"), 404, unknown, None)

    async def is_told_that_a_resource_is_full(self) -> None:
        hooks = self.client.hooks
        for number in range(100):
            draft = {"name": f"hook {number}", "requires_secret": False}
            await answer(hooks.add_pipeline_hook("incoming", 8, draft))
        listed = await answer(hooks.list_pipeline_hooks(8, page=4, per_page=30))

        same(([hook.name for hook in listed.data], listed.page_count), ([f"hook {n}" for n in range(90, 100)], 4))
        same((await answer(hooks.list_pipeline_hooks(8))).page_count, 5)
        full = "The resource has 100 hooks, the maximum: delete one first."
        await refused(lambda: hooks.add_pipeline_hook("incoming", 8, draft), 409, full, None)

    async def deletes_a_hook(self) -> None:
        deleted = await answer(self.client.hooks.delete_hook(self.open["id"], "incoming"))

        same((deleted.status, deleted.data), (204, None))
        for call in self.client.hooks.get_hook, lambda id, _: self.client.hooks.trigger_hook(id):
            await refused(lambda call=call: call(self.open["id"], "incoming"), 404, "The hook was not found.", None)
        listed = await answer(self.client.hooks.list_pipeline_hooks(7))
        same([hook.id for hook in listed.data], [self.signed["id"]])

    async def refreshes_its_tokens(self) -> None:
        refreshed = await answer(self.client.users.refresh_token_user({"refresh_token": self.tokens["refresh_token"]}))
        tokens = refreshed.data.to_dict()

        same((refreshed.status, tokens["token_type"], tokens["expires_in"]), (200, "Bearer", 3600))
        same(tokens["refresh_token"] != self.tokens["refresh_token"], True)
        self.tokens = tokens
        self.use(tokens["access_token"])
        same((await answer(self.client.users.get_user_me())).data.id, self.user.id)

    async def logs_out(self) -> None:
        ended = await answer(self.client.users.get_user_logout())

        same((ended.status, ended.data), (204, None))
        refresh = {"refresh_token": self.tokens["refresh_token"]}
        dead = "The refresh token is not valid: log in again at POST /users/login."
        await refused(lambda: self.client.users.refresh_token_user(refresh), 401, dead, None)

    async def triggers_a_hook_that_somebody_else_made(self) -> None:
        draft = {"name": "deploy on demand", "requires_secret": False}
        hook = self.api.post("/pipelines/7/hooks/incoming", draft).is_(201)
        triggered = await answer(self.client.hooks.trigger_hook(hook["id"]))

        same((triggered.status, triggered.data.to_dict()), (200, {"message": QUEUED, "errors": None}))
        same(len(self.stack.receive_jobs(at_least=1)), 1)
        await refused(lambda: self.client.hooks.trigger_hook("unknown"), 404, "The hook was not found.", None)
