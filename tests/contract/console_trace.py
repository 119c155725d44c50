"""What a page costs, for `console.py`: how long its tasks keep the processor. The clock on the wall says little on a
machine that does other things too."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import websocket
from selenium.webdriver import Chrome
from stack import CALL_LIMIT

# In seconds, for what was traced to come.
TRACE_LIMIT = 60


class Trace:
    """The tasks of the one page of a browser, while the `with` block runs."""

    tasks: list[float]
    """Of each task, in milliseconds of the processor."""

    def __init__(self, driver: Chrome) -> None:
        address = driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
        with urllib.request.urlopen(f"http://{address}/json/version", timeout=CALL_LIMIT) as answer:
            url = json.load(answer)["webSocketDebuggerUrl"]
        self._socket = websocket.create_connection(url, timeout=TRACE_LIMIT, suppress_origin=True)

    def __enter__(self) -> Trace:
        parameters = {"categories": "toplevel", "transferMode": "ReportEvents"}
        self._socket.send(json.dumps({"id": 1, "method": "Tracing.start", "params": parameters}))
        while self._receive().get("id") != 1:
            pass
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.send(json.dumps({"id": 2, "method": "Tracing.end"}))
        events: list[dict[str, Any]] = []
        while (message := self._receive()).get("method") != "Tracing.tracingComplete":
            if message.get("method") == "Tracing.dataCollected":
                events += message["params"]["value"]
        self._socket.close()
        threads = [one for one in events if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"]
        mains = {(one["pid"], one["tid"]) for one in threads}
        tasks = [one for one in events if one["name"].endswith("RunTask") and (one["pid"], one["tid"]) in mains]
        self.tasks = [one["tdur"] / 1000 for one in tasks if "tdur" in one]
        assert self.tasks, "no task was traced"

    def _receive(self) -> dict[str, Any]:
        return dict(json.loads(self._socket.recv()))
