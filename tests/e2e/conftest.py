"""A real Chromium in front of the real server: what every journey needs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, expect

from desk.models import Staff
from tests.conftest import moment, run_from

DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
#: What StaffFactory gives everybody.
PASSWORD = "mat-khau-thu"
#: The address of a printed paper.
PAPER = re.compile(r"\.pdf\b")
CARD = "035190001234|168123456|Nguyễn Thị Tuyết Nhung|14081990|Nữ|Tổ 4, phường Lê Hồng Phong, thành phố Phủ Lý|10052021"

#: What the console says twice: requests that were refused (judged by their status) and that the page gave up itself.
KNOWN_LINES = ("Failed to load resource: the server", "Response Status Error", "htmx:sendAbort", "htmx:afterRequest")

expect.set_options(timeout=15_000)  # a machine that is busy is not a page that is wrong


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium: nothing is downloaded. As root it runs without its own sandbox."""
    return {
        **browser_type_launch_args,
        "executable_path": shutil.which("chromium-headless-shell") or shutil.which("chromium"),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-dev-shm-usage",
        ],
    }


@pytest.fixture(scope="session")
def base_url(live_server):
    """In place of pytest-playwright's own, which is declared in a way that pytest 9 warns of."""
    return live_server.url


@pytest.fixture
def now(monkeypatch):
    """The server's clock: it starts on a Monday morning, the day before a holiday, and runs on."""
    start = moment("2026-11-23 08:42")
    run_from(start, monkeypatch)
    return start


@dataclass
class Troubles:
    """What went wrong behind the pages, and which answers a test asked for."""

    host: str
    expected: set[int] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self.note_console)
        context.on("weberror", lambda error: self.seen.append(f"script: {error.error}"))
        context.on("request", self.note_host)
        context.on("requestfailed", self.note_failure)
        context.on("response", self.note_status)

    def note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(KNOWN_LINES):
            self.seen.append(f"console: {message.text} {message.location}")

    def note_host(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "chrome", "chrome-extension") and address.netloc != self.host:
            self.seen.append(f"another host: {request.url}")

    def note_failure(self, request: Request) -> None:
        # the page itself gives a request up when a newer one replaces it
        if request.failure != "net::ERR_ABORTED":
            self.seen.append(f"failed: {request.url} {request.failure}")

    def note_status(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.seen.append(f"{response.status}: {response.url}")


@pytest.fixture
def troubles(live_server):
    """No journey may leave a console error, a failed request or a request to another host behind."""
    troubles = Troubles(urlsplit(live_server.url).netloc)
    yield troubles
    assert troubles.seen == []


@pytest.fixture
def browse(reference, now, live_server, settings, troubles, new_context) -> Callable[..., Page]:
    """Opens a page of its own: `browse(PHONE)`, `browse(staff=clerk)`, with the browser context's other options.

    Papers in their frames are left blank: Chromium's viewer takes a second to show one, and when the page is left in
    that second the browser's driver stumbles ("Frame has been detached"). What is printed is read back from the PDF.
    """
    settings.SITE_URL = live_server.url

    def browse(viewport: dict[str, int] = DESK, staff: Staff | None = None, **options: Any) -> Page:
        context = new_context(viewport=viewport, locale="vi-VN", **options)
        context.route(PAPER, lambda route: route.fulfill(body="", content_type="text/html"))
        context.set_default_timeout(30_000)
        troubles.watch(context)
        if staff:
            client = Client()
            client.force_login(staff)
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    return browse


class Keyboard:
    """The clerk's keyboard, which counts; and the scanner, which types like a very fast clerk."""

    def __init__(self, page: Page) -> None:
        self.page, self.strokes = page, 0

    def type(self, text: str) -> None:
        self.strokes += len(text)
        self.page.wait_for_load_state("domcontentloaded")
        self.page.keyboard.type(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.strokes += 1
            self.page.wait_for_load_state("domcontentloaded")
            self.page.keyboard.press(key)

    def scan(self, text: str) -> None:
        self.type(text)
        self.press("Enter")
