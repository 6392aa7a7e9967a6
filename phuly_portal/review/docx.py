"""A review for a word processor: real headings, tables and page numbers, to be edited and signed.

Layout by Nghị định 30/2020/NĐ-CP, Phụ lục I. Charts are tables whose bars are letters, since they can be edited.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from phuly_portal.review.document import Document, Drawing, Grid, Paragraph

if TYPE_CHECKING:
    from docx.document import Document as Paper
    from docx.text.paragraph import Paragraph as Line

FACE, LANGUAGE = "Times New Roman", "vi-VN"
#: Letters of the longest bar.
BAR = 18
#: Columns of numbers beside the first, in centimetres; the text is 16.5 cm wide.
WIDTH, NUMBER, WORDS = 16.5, 1.75, 6.0
#: The head stands in three columns: the agency has the first two, the day the last two, so that no long name breaks.
HEAD = (5.3, 0.9, 10.3)


def docx(document: Document) -> bytes:
    from docx import Document as new_paper  # noqa: PLC0415 - 0.2 s and lxml: only who writes one pays for it

    paper = new_paper()
    prepare(paper)
    head(paper, document)
    for block in document.blocks:
        WRITERS[block.kind](paper, block)
    write_text(paper, Paragraph(document.closing)).paragraph_format.keep_with_next = True
    sign(paper, document)
    describe(paper, document)
    written = BytesIO()
    paper.save(written)
    return written.getvalue()


def describe(paper: Paper, document: Document) -> None:
    """The properties of the file, in place of those of the empty paper it was made from."""
    about, now = paper.core_properties, datetime.now(UTC)
    about.title, about.language = f"{document.TITLE.capitalize()}: {document.subject}", LANGUAGE
    about.author = about.last_modified_by = document.agency[1].title()
    about.created = about.modified = now
    about.comments = ""


def prepare(paper: Paper) -> None:
    """A4, the margins and letters of the decree, and page numbers in the top margin from the second page on."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Cm, Pt  # noqa: PLC0415

    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(2)
    section.left_margin, section.right_margin = Cm(3), Cm(1.5)
    section.header_distance, section.different_first_page_header_footer = Cm(1), True
    for name, size in (("Normal", 14), ("Heading 1", 14), ("Heading 2", 14), ("Caption", 13)):
        dress(paper.styles[name], size)
    for language in paper.styles.element.xpath("w:docDefaults//w:lang"):
        for name in list(language.attrib):
            language.set(name, LANGUAGE)
    normal = paper.styles["Normal"].paragraph_format
    normal.space_before, normal.space_after, normal.line_spacing = Pt(0), Pt(6), 1.15
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_field(number, "PAGE")


def dress(style: Any, size: int) -> None:
    """Times in black, for Vietnamese letters too, which the style's theme would else set in another face."""
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt, RGBColor  # noqa: PLC0415

    style.font.name, style.font.size, style.font.color.rgb = FACE, Pt(size), RGBColor(0, 0, 0)
    style.font.bold, style.font.italic = style.name != "Normal", False
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FACE)


def add_field(line: Line, code: str) -> None:
    """A field that the word processor fills in, such as the number of the page."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    for kind in ("begin", "instruction", "end"):
        if kind == "instruction":
            part = OxmlElement("w:instrText")
            part.text = code
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        line.add_run()._r.append(part)


def put(cell: Any, words: str, *, bold: bool = False, italic: bool = False, align: str = "LEFT", size: int = 0) -> Line:
    """Words in a cell: in its first line while that is empty, else in a new one."""
    is_empty = len(cell.paragraphs) == 1 and not cell.paragraphs[0].text
    line = cell.paragraphs[0] if is_empty else cell.add_paragraph()
    return say(line, words, bold=bold, italic=italic, align=align, size=size)


def say(
    line: Line, words: str, *, bold: bool = False, italic: bool = False, align: str = "LEFT", size: int = 0
) -> Line:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    run = line.add_run(words)
    run.bold, run.italic = bold, italic
    if size:
        run.font.size = Pt(size)
    line.alignment = getattr(WD_ALIGN_PARAGRAPH, align)
    line.paragraph_format.space_after, line.paragraph_format.line_spacing = Pt(0), 1.0
    return line


def underline(cell: Any, centimetres: float, width: float) -> None:
    """A rule of that length in the middle of a cell or page so wide: a line of its own with an edge above."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Cm, Pt  # noqa: PLC0415

    line = cell.add_paragraph()
    space = Cm((width - centimetres) / 2)
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = space
    line.paragraph_format.space_before = Pt(4)
    line.paragraph_format.space_after, line.paragraph_format.line_spacing = Pt(0), Pt(6)
    edges, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    edges.append(top)
    line._p.get_or_add_pPr().insert_element_before(edges, "w:spacing", "w:ind", "w:jc")


def columns(table: Any, widths: Sequence[float]) -> None:
    from docx.shared import Cm  # noqa: PLC0415

    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def head(paper: Paper, document: Document) -> None:
    """Agency and state, number and day, then what it is and of what."""
    table = paper.add_table(2, 3)
    columns(table, HEAD)
    no_margins(table)
    left, right = table.cell(0, 0).merge(table.cell(0, 1)), table.cell(0, 2)
    for words in document.agency:
        put(left, words, bold=True, align="CENTER", size=12)
    underline(left, 2.4, HEAD[0] + HEAD[1])
    put(right, document.STATE, bold=True, align="CENTER", size=12)
    put(right, document.MOTTO, bold=True, align="CENTER", size=13)
    underline(right, 5.2, HEAD[2])
    put(table.cell(1, 0), document.NUMBER, align="CENTER", size=13)
    put(table.cell(1, 1).merge(table.cell(1, 2)), document.day_words, italic=True, align="CENTER", size=13)
    paper.add_paragraph()
    for words in (document.TITLE, document.subject):
        say(paper.add_paragraph(), words, bold=True, align="CENTER")
    underline(paper, 4.2, WIDTH)
    paper.add_paragraph()


def no_margins(table: Any) -> None:
    """Words may fill the whole width of a cell."""
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "0")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    table._tbl.tblPr.insert_element_before(margins, "w:tblLook")


def write_heading(paper: Paper, block: Any) -> None:
    from docx.shared import Pt  # noqa: PLC0415

    line = paper.add_heading(block.text, block.level)
    line.paragraph_format.space_before, line.paragraph_format.space_after = Pt(10), Pt(4)


def write_text(paper: Paper, block: Any) -> Line:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Cm  # noqa: PLC0415

    line = paper.add_paragraph(block.text)
    line.alignment, line.paragraph_format.first_line_indent = WD_ALIGN_PARAGRAPH.JUSTIFY, Cm(1.27)
    return line


def write_prompt(paper: Paper, block: Any) -> None:
    line = write_text(paper, block)
    line.runs[0].text, line.runs[0].italic = f"[{block.text}]", True
    paper.add_paragraph("………")


def caption(paper: Paper, words: str) -> None:
    line = paper.add_paragraph(words, style="Caption")
    line.paragraph_format.keep_with_next = True


def grid(paper: Paper, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> Any:
    """A ruled table whose heading, where it has one, stands on every page; its rows break over no page."""
    from docx.oxml import OxmlElement  # noqa: PLC0415

    table = paper.add_table(1 if heads else 0, len(widths), style="Table Grid")
    if heads:
        for cell, words in zip(table.rows[0].cells, heads, strict=True):
            put(cell, words, bold=True, align="CENTER", size=12)
    for row in rows:
        for place, (cell, words) in enumerate(zip(table.add_row().cells, row, strict=True)):
            put(cell, words, align="RIGHT" if place else "LEFT", size=12)
    for place, row in enumerate(table.rows):
        keep_whole(row)
        if heads and place == 0:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    columns(table, widths)
    paper.add_paragraph()
    return table


def keep_whole(row: Any) -> None:
    from docx.oxml import OxmlElement  # noqa: PLC0415

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def write_table(paper: Paper, block: Grid) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415

    caption(paper, block.title)
    others = len(block.heads) - 1
    last = WORDS if block.has_words else NUMBER if others > 3 else 3.2
    widths = [*[NUMBER if others > 3 or block.has_words else 3.2] * (others - 1), last]
    table = grid(paper, block.heads, block.rows, [WIDTH - sum(widths), *widths])
    if block.has_words:
        for cell in table.columns[-1].cells[1:]:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.LEFT
    if block.has_total:
        for cell in table.rows[-1].cells:
            cell.paragraphs[0].runs[0].bold = True


def write_chart(paper: Paper, block: Drawing) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415

    chart, series = block.chart, len(block.lengths[0]) if block.lengths else 0
    caption(paper, f"{chart.title}. {block.about}")
    if not series:
        paper.add_paragraph("Chưa có gì để vẽ.")
        return
    heads = ["", *(words for head in chart.heads for words in (head, ""))] if chart.heads else []
    letters = BAR // series
    rows = []
    for row, lengths in zip(chart.rows, block.lengths, strict=True):
        cells = [row[0]]
        for length, words in zip(lengths, row[1:], strict=True):
            cells += ["█" * round(letters * length) or ("▏" if length else ""), words]
        rows.append(cells)
    beside = 2.6 if series == 1 else 1.5
    bar = 6.4 if series == 1 else 4.6
    widths = [bar, beside] * series
    table = grid(paper, heads, rows, [WIDTH - sum(widths), *widths])
    for place in range(1, len(table.columns), 2):
        for cell in table.columns[place].cells[1 if heads else 0 :]:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.LEFT


def sign(paper: Paper, document: Document) -> None:
    table = paper.add_table(1, 2)
    columns(table, (7.5, 9.0))
    left, right = table.rows[0].cells
    put(left, "Nơi nhận:", bold=True, italic=True, size=12)
    for words in document.copies:
        put(left, words, size=11)
    for words in document.power:
        put(right, words, bold=True, align="CENTER")
    for _ in range(4):
        right.add_paragraph()
    put(right, document.signer, bold=True, align="CENTER")
    keep_whole(table.rows[0])


WRITERS: dict[str, Any] = {
    "heading": write_heading,
    "text": write_text,
    "prompt": write_prompt,
    "table": write_table,
    "chart": write_chart,
}
