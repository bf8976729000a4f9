"""A real hub process, real Chromium, and a browser window for each person."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, sync_playwright

from tests.hub_world import PASSWORD
from tests.portal.conftest import chinese
from yunzhang import clock

__all__ = ["chinese"]
ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1366, "height": 850}
LARGE: ViewportSize = {"width": 1920, "height": 1080}
QUIET = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
)


def wait_until(ready: Callable[[], bool], seconds: float = 40) -> None:
    """Look again and again until it is so; fail when it takes too long."""
    tick, deadline = Event(), clock.monotonic() + seconds
    while not ready():
        assert clock.monotonic() < deadline, "it did not come about in time"
        tick.wait(0.1)


def answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.TransportError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(*arguments: str, env: dict[str, str], ready: str) -> Iterator[None]:
    """A command of Yunzhang as a process of its own, stopped by its own id."""
    command = [sys.executable, "-m", "yunzhang.cli", *arguments]
    running = subprocess.Popen(command, env=env, cwd=ROOT)
    try:
        wait_until(lambda: answers(ready))
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@dataclass
class Hub:
    """A running hub: where it is, its key, its folder, the environment its processes share."""

    url: str
    key: str
    home: Path
    env: dict[str, str]


@pytest.fixture(scope="module")
def seed() -> str:
    """The module that fills the hub before it is looked at; a file of tests may name its own."""
    return "tests.browser.seed"


@pytest.fixture(scope="module")
def more() -> dict[str, str]:
    """Settings of the hub beyond the usual; a file of tests may name its own."""
    return {}


@pytest.fixture(scope="module")
def hub(tmp_path_factory, seed: str, more: dict[str, str]) -> Iterator[Hub]:
    home: Path = tmp_path_factory.mktemp("browser")
    (home / "sources").mkdir()
    env = {
        **os.environ,
        "YUNZHANG_HOME": str(home),
        "YUNZHANG_SOURCES": str(home / "sources"),
        "DJANGO_SETTINGS_MODULE": "yunzhang.hub.settings",
        **more,
    }
    founded = subprocess.run(
        [sys.executable, "-m", seed],
        env=env, cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with process("hub", "up", "--port", str(port), env=env, ready=f"{url}/sign-in"):
        yield Hub(url, founded.stdout.strip(), home, env)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("THE BROWSER TESTS WERE LEFT OUT: no Chromium here (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Window:
    """One person's browser window, which remembers what went wrong in it and where it has been."""

    page: Page
    hub: Hub
    who: str
    wrong: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.hub.url + path)
        self._look_at_every_width()
        return self.page

    def press(self, words: str, *, exact: bool = False) -> None:
        """Press the button or link of these words; wait for the page it leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words, exact=exact).first.click()
        self._look_at_every_width()

    def follow(self, words: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=words).first.click()
        self._look_at_every_width()

    def fill(self, **fields: str) -> None:
        for name, text in fields.items():
            place = self.page.locator(f'main [name="{name}"]:visible').first
            if place.evaluate("element => element.tagName") == "SELECT":
                place.select_option(text)
            else:
                place.fill(text)

    def done(self) -> None:
        """The deed was done: the page says so, and no fault stands on it."""
        assert self.page.locator('.notice[role="status"]').count(), self.page.inner_text("main")

    def text(self) -> str:
        return self.page.inner_text("main")

    def _look_at_every_width(self) -> None:
        """No page may be wider than its window: a phone's, a large screen's, a desk's."""
        for size in (PHONE, LARGE, DESKTOP):
            self.page.set_viewport_size(size)
            if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                self.wrong.append(f"wider than {size['width']}: {self.page.url}")


@pytest.fixture
def windows(chromium: Browser, hub: Hub) -> Iterator[Callable[[str], Window]]:
    opened: dict[str, Window] = {}

    def window(who: str) -> Window:
        if who not in opened:
            opened[who] = _signed_in(chromium, hub, who)
        return opened[who]

    yield window
    wrong = [f"{w.who}: {text}" for w in opened.values() for text in w.wrong]
    for held in opened.values():
        held.page.context.close()
    assert not wrong, "the console must stay silent, and every page fit a phone"


def _signed_in(chromium: Browser, hub: Hub, who: str) -> Window:
    context = chromium.new_context(viewport=DESKTOP, locale="zh-CN", ignore_https_errors=True)
    window = Window(context.new_page(), hub, who)
    page = window.page
    page.on("console", lambda message: window.wrong.extend(_told(message)))
    page.on("pageerror", lambda error: window.wrong.append(str(error)))
    window.open("/sign-in")
    page.fill("#username", who)
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return window


# A form sent back with its faults is answered 422, which Chromium notes on its console.
SENT_BACK = "responded with a status of 422"


def _told(message: ConsoleMessage) -> list[str]:
    wrong = message.type in ("error", "warning") and SENT_BACK not in message.text
    return [message.text] if wrong else []
