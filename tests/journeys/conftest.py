"""A real browser: Debian's chromium, driven by playwright. Skipped, with the reason, where it is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, BrowserType, Page, sync_playwright

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's sync API runs an event loop
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "img"
KEPT = {
    "story-review": "review",
    "story-desk": "desk",
    "story-matrix": "matrix",
    "story-phone": "phone",
    "story-figures": "figures",
    "story-bulletin": "bulletin",
    "story-reports-phone": "reports-phone",
    "calls-call-phone": "call-phone",
    "census-board-desktop": "census",
    "policy-check-yes-phone": "self-check-phone",
}
"""The pictures of the README (`make pictures`), by the names of the shots."""
SHOTS = PICTURES / "journey"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def program() -> str:
    """The path of the browser."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium here: apt-get install chromium")
    return chromium


@pytest.fixture(scope="session")
def chromium(program) -> Iterator[BrowserType]:
    """The driver, for journeys that start a browser of their own."""
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(chromium, program) -> Iterator[Browser]:
    opened = chromium.launch(executable_path=program, args=FLAGS)
    yield opened
    opened.close()


def _page(browser: Browser, base_url: str, width: int, height: int) -> Iterator[Page]:
    context = browser.new_context(
        base_url=base_url, viewport={"width": width, "height": height}, locale="zh-CN", accept_downloads=True
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: (
            problems.append(message.text)
            if message.type == "error" and "Failed to load resource" not in message.text
            else None
        ),
    )
    yield page
    context.close()
    assert not problems, f"the browser complained: {problems}"


@pytest.fixture
def desktop(browser, live_server) -> Iterator[Page]:
    yield from _page(browser, live_server.url, 1280, 800)


@pytest.fixture
def phone(browser, live_server) -> Iterator[Page]:
    yield from _page(browser, live_server.url, 360, 740)


@pytest.fixture
def sign_in(live_server) -> Callable[[Page, object], None]:
    """Put a real session cookie of this posting's user into the page's browser."""
    from tests.factories import browse

    def enter(page: Page, posting) -> None:
        client = browse(posting)
        cookie = client.cookies["sessionid"]
        page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])

    return enter


@pytest.fixture
def shoot() -> Callable[[Page, str], Path]:
    """A full-page screenshot under docs/img/journey/, and a check that nothing sticks out sideways."""

    def take(page: Page, name: str) -> Path:
        SHOTS.mkdir(parents=True, exist_ok=True)
        target = SHOTS / f"{name}.png"
        page.screenshot(path=str(target), full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name}: the page is {wide} px wider than the window"
        if name in KEPT and os.environ.get("CHUNFENG_PICTURES"):
            shutil.copy(target, PICTURES / f"{KEPT[name]}.png")
        return target

    return take
