"""The printer: what comes out can be read and copied, and what cannot be printed is said in words."""

from __future__ import annotations

import ctypes
import gc
import re
import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone
from pypdf import PdfReader

from desk import pdf
from desk.checks import printer_works
from desk.pdf import FONTS, PrinterError, html_to_pdf
from desk.vietnamese import PRINTABLE
from tests.factories import DossierFactory

PAPER = "<!doctype html><html lang='vi'><head><title>{title}</title>{head}</head><body class='a5'>{body}</body></html>"
#: Every accented letter, in words.
PANGRAM = "Nguyễn Thị Tuyết Nhung, Đặng Hữu Nghĩa, Lê Quỳnh Ngẫu, Trần Vĩnh Ấm, Ngô Ỷ Lan, Phạm Ỡm Ờ, Đỗ Kỵ Ẳng"


def paper(body: str, head: str = "", title: str = "Giấy thử") -> str:
    return PAPER.format(body=body, head=head, title=title)


def read(pages: bytes) -> PdfReader:
    return PdfReader(BytesIO(pages))


def text_of(pages: bytes) -> str:
    """The words of all pages with single spaces, as a reader copies them."""
    return " ".join(" ".join(page.extract_text() for page in read(pages).pages).split())


@pytest.fixture
def fresh_press():
    """The printer forgets what it has loaded, before and after."""
    pdf._press.cache_clear()
    yield
    pdf._press.cache_clear()


@pytest.fixture
def missing(monkeypatch, fresh_press):
    """Take a static file away from the printer."""

    def take_away(name: str) -> None:
        found = finders.find
        monkeypatch.setattr(finders, "find", lambda path: None if path == name else found(path))

    return take_away


# what comes out


@pytest.mark.parametrize("style", ["{}", "<b>{}</b>", "<i>{}</i>", "<b><i>{}</i></b>"], ids=["plain", "b", "i", "b i"])
def test_vietnamese_can_be_searched_and_copied(style):
    text = text_of(html_to_pdf(paper(f"<p>{style.format(PANGRAM)}</p>")))
    assert PANGRAM in text
    assert unicodedata.is_normalized("NFC", text)


def memory_in_use() -> int:
    """Bytes that C libraries hold: what leaks there no Python object shows."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        pytest.skip("this C library does not tell")
    libc.mallinfo2.restype = MallInfo
    gc.collect()
    info = libc.mallinfo2()
    return info.uordblks + info.hblkhd


class MallInfo(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in [
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        ]
    ]


def test_a_worker_that_prints_all_day_holds_no_more_memory_in_the_evening():
    page = paper(f"<p>{PANGRAM}</p>" * 60)
    for _ in range(10):
        html_to_pdf(page)
    before = memory_in_use()
    for _ in range(20):
        html_to_pdf(page)
    assert memory_in_use() - before < 200_000


def test_every_printable_character_comes_out_of_the_printer():
    characters = sorted(character for character in PRINTABLE if not character.isspace())
    escaped = " ".join(f"&#{ord(character)};" for character in characters)
    assert text_of(html_to_pdf(paper(f"<p>{escaped}</p>"))).split() == characters


#: What a drawing is made of.
DRAWN = {"circle", "g", "line", "path", "polyline", "rect", "text"}


def test_every_element_of_a_paper_is_one_that_the_printer_knows():
    """An unknown one would print as plain text in its line."""
    rules = re.sub(r"/\*.*?\*/", "", Path(finders.find("css/paper-elements.css")).read_text(), flags=re.DOTALL)
    known = {name for selectors in re.findall(r"[^{}]+(?={)", rules) for name in re.findall(r"[a-z0-9]+", selectors)}
    templates = settings.BASE_DIR / "templates"
    papers = [*(templates / "paper").iterdir(), templates / "desk" / "chart.html"]
    used = {name for paper in papers for name in re.findall(r"<([a-z][a-z0-9]*)[\s>]", paper.read_text())}
    assert used - DRAWN <= known


def fonts_of(pages: bytes) -> dict[str, bool]:
    """Name of each font used and whether the file holds it."""
    found = {}
    for page in read(pages).pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            holds = inner["/FontDescriptor"].get_object()
            found[font.get_object()["/BaseFont"]] = "/FontFile2" in holds or "/FontFile3" in holds
    return found


def test_only_our_fonts_are_used_and_each_is_embedded_as_a_subset():
    fonts = fonts_of(html_to_pdf(paper("<p>Một <b>hai</b> <i>ba</i> <b><i>bốn</i></b></p>")))
    assert len(fonts) == 4
    assert all(fonts.values())
    assert all("+Tinos" in name for name in fonts)


def test_a_paper_is_tagged_titled_and_in_vietnamese():
    printed = read(html_to_pdf(paper("<h1>Giấy hẹn</h1><p>Một dòng.</p>", title="Giấy hẹn 0009")))
    catalogue = printed.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/StructTreeRoot"]["/K"]
    assert catalogue["/Lang"] == "vi"
    assert printed.metadata.title == "Giấy hẹn 0009"
    assert "pdfuaid" in catalogue["/Metadata"].get_object().get_data().decode()


@pytest.mark.parametrize(("size", "millimetres"), [("a5", (148, 210)), ("a4", (210, 297))])
def test_the_paper_has_the_size_that_it_asks_for(size, millimetres):
    page = read(html_to_pdf(paper("<p>Một dòng.</p>").replace("class='a5'", f"class='{size}'"))).pages[0]
    points = (page.mediabox.width, page.mediabox.height)
    assert [round(float(side) / 72 * 25.4) for side in points] == list(millimetres)


def test_markup_in_somebodys_name_stays_text_on_the_slip(client, clerk, ward):
    dossier = DossierFactory(ward=ward, at=timezone.now(), applicant_name="Hội <b>Người</b> cao tuổi & bạn")
    client.force_login(clerk)
    printed = client.get(f"/ho-so/{dossier.code}/giay-tiep-nhan.pdf")
    assert printed.headers["Content-Type"] == "application/pdf"
    assert "Hội <b>Người</b> cao tuổi & bạn" in text_of(printed.content)


# what a paper may load

OUTSIDE = {
    "an image of the web": "<img src='https://evil.example/dau.png'>",
    "an image without a protocol": "<img src='//evil.example/dau.png'>",
    "an image without an address": "<img src='dau.png'>",
    "a file of the machine": "<img src='file:///etc/hostname'>",
    "the database": "<img src='file:var/portal.sqlite3'>",
    "a picture in the page": "<img src='data:image/png;base64,iVBORw0KGgo='>",
    "a static file that is missing": "<img src='static:img/khong-co.png'>",
    "a way out of the static folder": "<img src='static:../phuly_portal/settings.py'>",
    "a whole path": "<img src='static:/etc/hostname'>",
    "a nested address": "<img src='static:file:///etc/hostname'>",
    "a style sheet of the web": "<link rel='stylesheet' href='https://evil.example/x.css'>",
    "an import of the web": "<style>@import url(https://evil.example/x.css);</style>",
    "a font of the web": "<style>@font-face { font-family: x; src: url(https://evil.example/x.ttf) }</style>",
    "a background of the web": "<style>p { background: url(https://evil.example/x.png) }</style>",
    "an attached file": "<link rel='attachment' href='file:///etc/hostname'>",
    "an image in a drawing": "<svg><image href='file:///etc/hostname' width='9' height='9'/></svg>",
}


@pytest.mark.parametrize("asked", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_a_paper_that_loads_anything_but_our_static_files_is_not_printed(asked):
    with pytest.raises(PrinterError, match="^Chưa in được: giấy này cần “.+”, máy chủ không có hoặc không cho dùng.$"):
        html_to_pdf(paper("<p>Một dòng.</p>" + asked))


def test_a_missing_style_sheet_stops_the_printer_too(missing):
    missing("css/paper.css")
    with pytest.raises(PrinterError, match=r"css/paper\.css"):
        html_to_pdf(paper("<p>Một dòng.</p>"))


def test_a_paper_may_load_our_static_files():
    printed = html_to_pdf(paper("<p>Một dòng.</p><img src='static:favicon.svg'>"))
    assert "Một dòng." in text_of(printed)


# what cannot be printed


@pytest.mark.parametrize("font", FONTS)
def test_a_missing_font_stops_the_printer_with_a_sentence(missing, font):
    missing(font)
    name = font.rpartition("/")[2]
    with pytest.raises(PrinterError, match=f"^Chưa in được: thiếu phông chữ {name}.$"):
        html_to_pdf(paper("<p>Một dòng.</p>"))


def test_the_printer_works_again_once_the_font_is_back(missing, monkeypatch):
    missing(FONTS[0])
    with pytest.raises(PrinterError):
        html_to_pdf(paper("<p>Một dòng.</p>"))
    monkeypatch.undo()
    assert "Một dòng." in text_of(html_to_pdf(paper("<p>Một dòng.</p>")))


def test_who_asks_for_a_slip_then_reads_what_is_missing(client, clerk, ward, missing):
    dossier = DossierFactory(ward=ward, at=timezone.now())
    client.force_login(clerk)
    address = f"/ho-so/{dossier.code}/giay-tiep-nhan.pdf"
    assert client.get(address).status_code == 200
    pdf._press.cache_clear()
    missing(FONTS[0])
    answer = client.get(address)
    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Chưa in được: thiếu phông chữ Tinos-Regular.ttf." in answer.text
    assert "Xin lỗi, việc này chưa xong." in answer.text
    assert dossier.applicant_name not in answer.text


def test_a_machine_without_the_printers_libraries_is_told_what_to_install(monkeypatch, fresh_press):
    import builtins  # noqa: PLC0415

    real = builtins.__import__

    def without_pango(name, *args, **kwargs):
        if name.partition(".")[0] == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(PrinterError, match="libpango-1.0-0 libpangoft2-1.0-0"):
        html_to_pdf(paper("<p>Một dòng.</p>"))


def test_the_check_before_opening_finds_a_missing_font(missing):
    assert printer_works() == []
    pdf._press.cache_clear()
    missing(FONTS[1])
    assert [(error.id, error.msg) for error in printer_works()] == [
        ("desk.E001", "Chưa in được: thiếu phông chữ Tinos-Bold.ttf.")
    ]
