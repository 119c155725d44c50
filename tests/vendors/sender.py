"""Many calls at once, over connections that stay open."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from stack import CALL_LIMIT, Stack
from vendor import Delivery

# The machine of CI has two cores, and the stack runs on them too.
CONNECTIONS = 4


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    request_id: str
    """Also the id of the job, if there is one."""


class Sender:
    """Calls the hooks of one user."""

    def __init__(self, stack: Stack) -> None:
        address = urlsplit(stack.url)
        self._address = (str(address.hostname), address.port)
        self._open = threading.local()
        self._headers = {"content-type": "application/json"}
        credentials = {"email": stack.email, "password": stack.password}
        login = self._call("/users/login", json.dumps(credentials), self._headers)
        self.token: str = json.loads(login.body)["access_token"]
        self._headers["authorization"] = f"Bearer {self.token}"

    def create_hook(self, fields: dict[str, Any]) -> str:
        """The path under which the new hook takes calls."""
        # The stack closes a connection that was idle for long, such as while a package signs.
        self._open.connection = None
        answer = self._call("/hooks/incoming", json.dumps(fields), self._headers)
        if answer.status != 201:
            raise RuntimeError(f"{fields} was answered {answer}")
        return f"/hooks/{json.loads(answer.body)['id']}/trigger"

    def send(self, path: str, deliveries: Iterable[Delivery]) -> list[Answer]:
        with ThreadPoolExecutor(CONNECTIONS) as threads:
            return list(threads.map(lambda call: self._call(_address(path, call), call.body, call.headers), deliveries))

    def _call(self, path: str, body: str, headers: dict[str, str]) -> Answer:
        connection = getattr(self._open, "connection", None)
        if connection is None:
            connection = self._open.connection = HTTPConnection(*self._address, timeout=CALL_LIMIT)
        connection.request("POST", path, body.encode(), headers)
        response = connection.getresponse()
        return Answer(response.status, response.read().decode(), str(response.headers["x-request-id"]))


def _address(path: str, call: Delivery) -> str:
    return f"{path}?{call.query}" if call.query else path
