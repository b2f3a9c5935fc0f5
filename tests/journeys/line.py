"""A line that can be cut: a forwarder between the browser and the live server, and a phone that can be killed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlparse

from playwright.sync_api import BrowserContext, BrowserType, Page

from tests import factories
from tests.journeys.conftest import FLAGS

STORES = """async () => {
  const db = await new Promise((done, failed) => {
    const ask = indexedDB.open("chunfeng-phone");
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => failed(ask.error);
  });
  const all = {};
  for (const name of db.objectStoreNames) {
    all[name] = await new Promise((done) => {
      const ask = db.transaction(name).objectStore(name).getAll();
      ask.onsuccess = () => done(ask.result);
    });
  }
  db.close();
  const plain = (value) => {
    if (value instanceof CryptoKey) return { secret: value.type, extractable: value.extractable };
    if (ArrayBuffer.isView(value))
      return { utf8: new TextDecoder().decode(value), utf16: new TextDecoder("utf-16le").decode(value) };
    if (value && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
    return value;
  };
  for (const name of Object.keys(all)) all[name] = all[name].map(plain);
  const cached = [];
  for (const name of globalThis.caches ? await caches.keys() : [])
    for (const request of await (await caches.open(name)).keys()) cached.push(new URL(request.url).pathname);
  return { all, cached, local: { ...localStorage }, session: { ...sessionStorage } };
}"""
"""Everything the browser keeps of the site, with bytes read as text in two ways."""


class Line:
    """Carries bytes from a port of its own to the server; while cut, every connection is refused or broken."""

    def __init__(self, server_url: str) -> None:
        server = urlparse(server_url)
        self.target = (server.hostname or "localhost", server.port or 80)
        self.up = True
        self.open: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def url(self, host: str = "localhost") -> str:
        """The site's address through this line."""
        return f"http://{host}:{self.port}"

    def cut(self) -> None:
        """No line from now on, for pages and workers alike."""
        self.up = False
        for each in list(self.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """The line is back."""
        self.up = True

    def close(self) -> None:
        """End of the test."""
        self.cut()
        self.listener.close()

    def _listen(self) -> None:
        while True:
            try:
                near, _address = self.listener.accept()
            except OSError:
                return
            if not self.up:
                near.close()
                continue
            try:
                far = socket.create_connection(self.target, timeout=30)
            except OSError:
                near.close()
                continue
            for one, other in ((near, far), (far, near)):
                self.open.add(one)
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        finally:
            self.open.discard(one)
            for each in (one, other):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()


class Phone:
    """A browser with a memory on the disk. It can be killed in the middle of everything, and opened again."""

    def __init__(self, chromium: BrowserType, program: str, line: Line, *, host: str = "localhost") -> None:
        self.chromium, self.program, self.line, self.host = chromium, program, line, host
        self.home = Path(tempfile.mkdtemp(prefix="chunfeng-phone-"))
        self.context: BrowserContext | None = None
        self.problems: list[str] = []

    def start(self, *, online: bool = True) -> Page:
        """The browser is opened; what it kept is there."""
        rules = [] if self.host == "localhost" else [f"--host-resolver-rules=MAP {self.host} 127.0.0.1"]
        self.context = self.chromium.launch_persistent_context(
            str(self.home),
            executable_path=self.program,
            args=[*FLAGS, *rules],
            base_url=self.line.url(self.host),
            viewport={"width": 360, "height": 740},
            locale="zh-CN",
        )
        self.context.set_default_timeout(15_000)
        self.online(online)
        return self.page()

    def page(self) -> Page:
        """A new tab whose complaints are kept."""
        assert self.context is not None
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        return page

    def online(self, there: bool) -> None:
        """The line itself, and what the browser believes of it."""
        assert self.context is not None
        if there:
            self.line.mend()
        else:
            self.line.cut()
        self.context.set_offline(not there)

    def kill(self) -> None:
        """kill -9: no page and no worker learns that it ends."""
        for pid in self._processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.context is not None:
            with contextlib.suppress(Exception):
                self.context.close()
        self.context = None
        for name in ("SingletonLock", "SingletonSocket", "SingletonCookie"):
            (self.home / name).unlink(missing_ok=True)

    def close(self) -> None:
        """End of the test: the phone is thrown away."""
        if self.context is not None:
            self.context.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def _processes(self) -> Iterator[int]:
        """The processes of this browser alone: they were started with its folder."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if str(self.home).encode() in (entry / "cmdline").read_bytes():
                        yield int(entry.name)


def log_in(phone: Phone, posting) -> None:
    cookie = factories.browse(posting).cookies["sessionid"].value
    phone.context.add_cookies([{"name": "sessionid", "value": cookie, "url": phone.line.url(phone.host)}])


def until(page: Page, true: Callable[[], object]) -> None:
    """Wait until it is true: `wait_for_function` needs an eval, which the site's policy forbids."""
    for _try in range(150):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come about in 15 s")


def installed(page: Page) -> None:
    """The worker holds the shells."""
    until(page, lambda: page.evaluate("navigator.serviceWorker.controller !== null"))


def unsent(page: Page) -> int:
    return int(page.locator("[data-unsent]").inner_text() or 0)


def stored(page: Page) -> str:
    """Everything the phone holds, readable or not."""
    return json.dumps(page.evaluate(STORES), ensure_ascii=False)
