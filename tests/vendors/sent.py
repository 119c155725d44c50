"""What `pipehook send` sends: recorded on its way to the stack, and judged by the packages."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from stack import CALL_LIMIT, build
from vendor import Delivery

if TYPE_CHECKING:
    from typing import Self  # Python 3.11


@dataclass(frozen=True)
class Sent:
    """A call as it came by, and what the command says of it."""

    headers: dict[str, str]
    query: str
    body: str
    status: int
    """The exit status of the command."""
    shown: dict[str, Any]


class Recorder:
    """A way to the stack on which calls of hooks are written down."""

    url: str

    def __init__(self, stack_url: str, token: str) -> None:
        self._token = token
        address = urlsplit(stack_url)
        calls: list[tuple[dict[str, str], str, str]] = []
        self._calls = calls
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def _pass(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if self.path.split("?")[0].endswith("/trigger"):
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    calls.append((headers, urlsplit(self.path).query, body.decode()))
                connection = HTTPConnection(str(address.hostname), address.port, timeout=CALL_LIMIT)
                connection.request(self.command, self.path, body, dict(self.headers.items()))
                response = connection.getresponse()
                # The hook's address leads past here too.
                answer = response.read().replace(stack_url.encode(), recorder.url.encode())
                self.send_response(response.status)
                for name, value in response.getheaders():
                    if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                connection.close()

            do_GET = do_POST = _pass  # noqa: N815 - the names are the library's.

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()

    def send(self, hook: str, secret: str, *arguments: str) -> Sent:
        """Lets the command send the call of the hook's provider, with this secret."""
        self._calls.clear()
        environment = {
            "PATH": os.environ["PATH"], "HOME": "/nonexistent",
            "PIPEHOOK_URL": self.url, "PIPEHOOK_TOKEN": self._token, "PIPEHOOK_SECRET": secret,
        }  # fmt: skip
        command = [build("pipehook"), "send", hook, "--json", *arguments]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=CALL_LIMIT)
        if len(self._calls) != 1:
            raise RuntimeError(f"pipehook send {hook} made {len(self._calls)} calls: {ran.stderr}")
        if secret and secret in ran.stdout + ran.stderr:
            raise RuntimeError(f"pipehook send {hook} shows the secret")
        headers, query, body = self._calls[0]
        return Sent(headers, query, body, ran.returncode, json.loads(ran.stdout))


def delivery_of(sent: Sent, secret: str, url: str) -> Delivery:
    """The call, with what its receiver knows."""
    return Delivery(sent.body, sent.headers, secret, url, sent.query)
