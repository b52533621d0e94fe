"""A local OpenAI-compatible server for tests: it answers, delays, refuses, breaks off and lies as a test tells it,
and counts every call."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Act = Callable[[int, dict[str, Any]], Any]
"""(number of the call, body) -> text of the answer, or an Action."""


class Action:
    """Something else than an answer."""

    def __init__(
        self,
        status: int = 200,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
        cut: bool = False,
        delay: float = 0,
    ) -> None:
        self.status, self.raw, self.headers, self.cut, self.delay = status, raw, headers or {}, cut, delay


def completion(text: str, **message: Any) -> bytes:
    """A chat completion as servers send it."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text, **message}}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    told = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    return json.dumps(told).encode()


def prompt_of(body: dict[str, Any]) -> str:
    """A short name of what was asked."""
    return hashlib.sha256(json.dumps(body["messages"], ensure_ascii=False).encode()).hexdigest()[:16]


class JudgeServer:
    """`act` decides what each call gets."""

    def __init__(self, act: Act) -> None:
        self.act, self.calls, self.bodies, self.keys = act, Counter[str](), list[dict[str, Any]](), set[str | None]()
        self.answered, self.at_once, self.most_at_once, self.times = Counter[str](), 0, 0, list[float]()
        lock, outer = threading.Lock(), self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body leave in one packet: in two, the second waits 40 ms for the first one's receipt.
            wbufsize = -1

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with lock:
                    number = len(outer.bodies)
                    outer.bodies.append(body)
                    outer.times.append(time.monotonic())
                    outer.calls[prompt_of(body)] += 1
                    outer.keys.add(self.headers.get("Authorization"))
                    outer.at_once += 1
                    outer.most_at_once = max(outer.most_at_once, outer.at_once)
                try:
                    self._reply(number, body)
                finally:
                    with lock:
                        outer.at_once -= 1

            def _reply(self, number: int, body: dict[str, Any]) -> None:
                found = outer.act(number, body)
                action = found if isinstance(found, Action) else Action(raw=completion(found))
                if action.delay:
                    time.sleep(action.delay)
                if action.cut:
                    self.close_connection = True
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
                    return
                content = action.raw if action.raw is not None else b'{"error": {"message": "no"}}'
                self.send_response(action.status)
                for name, value in {
                    "Content-Type": "application/json",
                    "Content-Length": str(len(content)),
                    **action.headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
                if action.status == 200:
                    with lock:
                        outer.answered[prompt_of(body)] += 1

            def log_message(self, *args: Any) -> None:
                pass

        class Http(ThreadingHTTPServer):
            request_queue_size = 64

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # the client was killed

        self.http = Http(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"

    def close(self) -> None:
        """Ends it."""
        self.http.shutdown()
        self.http.server_close()
