"""The printer: HTML in, PDF out. The only module that knows WeasyPrint.

Papers load nothing but this project's static files, through addresses like ``static:css/paper.css``; anything else,
or a file that is missing, stops the print instead of leaving a hole. Fonts and style sheets are read once for each
process: that is a third faster and keeps the memory flat.
"""

from __future__ import annotations

import atexit
import gc
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation

FONTS = tuple(f"fonts/tinos/Tinos-{face}.ttf" for face in ("Regular", "Bold", "Italic", "BoldItalic"))
LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig"


class PrinterError(Exception):
    """The printer cannot work on this machine; the message is fit for the screen and names the remedy."""


class PaperTooLong(PrinterError):
    """What should fit on so many sheets does not; the message is fit for the screen."""


def static_file(url: str) -> Path | None:
    name = url.removeprefix("static:")
    try:
        found = finders.find(name) if name != url else None
    except SuspiciousFileOperation:  # a way out of the static folder
        found = None
    return Path(found) if found else None


def may_not_load(url: str) -> PrinterError:
    return PrinterError(f"Chưa in được: giấy này cần “{url[:100]}”, máy chủ không có hoặc không cho dùng.")


@lru_cache(maxsize=1)
def _press() -> SimpleNamespace:
    """WeasyPrint with our fetcher, fonts and style sheet. Raises PrinterError where a part is missing."""
    if missing := [font for font in FONTS if not finders.find(font)]:
        raise PrinterError(f"Chưa in được: thiếu phông chữ {', '.join(Path(font).name for font in missing)}.")
    try:
        import weasyprint  # noqa: PLC0415, TID251 - 0.6 s and system libraries: only who prints pays for it
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415, TID251
        from weasyprint.urls import FatalURLFetchingError, URLFetcher  # noqa: PLC0415, TID251
    except OSError as error:
        raise PrinterError(f"Chưa in được: máy chủ thiếu thư viện in. Quản trị cài: {LIBRARIES}.") from error

    class StaticOnly(URLFetcher):
        """Loads static files; what else was asked for is in `refused`, since a drawing swallows every exception."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=["file"])
            self.refused: list[str] = []

        def fetch(self, url: str, headers: Any = None) -> Any:
            if path := static_file(url):
                return super().fetch(path.as_uri(), headers)
            self.refused.append(url)
            raise FatalURLFetchingError(url)

    fonts = FontConfiguration()
    try:
        elements, style = (
            weasyprint.CSS(url=f"static:css/{name}.css", url_fetcher=StaticOnly(), font_config=fonts)
            for name in ("paper-elements", "paper")
        )
    except FatalURLFetchingError as error:
        raise may_not_load(str(error)) from None

    class Paper(weasyprint.HTML):
        """HTML whose elements look as our own sheet says: a slip takes a sixth less time than with WeasyPrint's."""

        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return [elements]

    gc.collect()
    gc.freeze()  # what is loaded by now stays: looking through it for garbage would be a tenth of every slip
    return SimpleNamespace(Paper=Paper, Fetcher=StaticOnly, Fatal=FatalURLFetchingError, fonts=fonts, style=style)


atexit.register(_press.cache_clear)  # the fonts must go before the interpreter does


def html_to_pdf(html: str, *, most_pages: int | None = None) -> bytes:
    """A paper as PDF/UA-1: tagged, with embedded subset fonts.

    Raises PrinterError when this machine cannot print, or the paper loads what it may not; PaperTooLong when it takes
    more than `most_pages`.
    """
    press = _press()
    fetcher = press.Fetcher()
    gc.disable()  # looking through a paper of 200 rows while it is laid out, for nothing, took a sixth of the time
    try:
        source = press.Paper(string=html, base_url="static:", url_fetcher=fetcher)
        document = source.render(stylesheets=[press.style], font_config=press.fonts, pdf_variant="pdf/ua-1")
        if most_pages and len(document.pages) > most_pages:
            raise PaperTooLong(f"Giấy này dài {len(document.pages)} trang; phải gọn trong {most_pages} trang.")
        pages = document.write_pdf(pdf_variant="pdf/ua-1")
    except press.Fatal:  # a BaseException: nobody else would catch it
        pages = b""
    finally:
        gc.enable()
    if fetcher.refused:
        raise may_not_load(fetcher.refused[0])
    return pages
