"""A text message gateway on this machine: remembers what it took, answers as told, takes its time if asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Gateway:
    """`seen`: (headers, body) of every post; `answers`: what to answer next, else success."""

    def __init__(self) -> None:
        self.seen: list[tuple[dict[str, str], Any]] = []
        self.answers: list[tuple[int, dict[str, Any]]] = []
        self.pause = 0.0
        self.url = ""

    @property
    def keys(self) -> list[str]:
        return [headers["Idempotency-Key"] for headers, _body in self.seen]


@contextmanager
def serving() -> Iterator[Gateway]:
    gateway = Gateway()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            is_json = self.headers["Content-Type"].startswith("application/json")
            gateway.seen.append((dict(self.headers), json.loads(raw) if is_json else raw.decode()))
            time.sleep(gateway.pause)
            usual = (200, {"code": 0, "data": {"id": f"G{len(gateway.seen)}"}, "errcode": 0})
            status, said = gateway.answers.pop(0) if gateway.answers else usual
            body = json.dumps(said).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # the sender was killed
                return

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    gateway.url = f"http://127.0.0.1:{server.server_port}/send"
    yield gateway
    server.shutdown()
    server.server_close()
    thread.join()
