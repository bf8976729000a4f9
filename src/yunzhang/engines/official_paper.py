"""Official papers: a document as Word, in the form offices send it, every figure with its link.

Written with Python's own zip: paragraphs, headings and tables of links are four XML parts, and
page, type and spacing are those of GB/T 9704. `engines/word.py` reads them back.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
REFERENCES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# The same document gives the same bytes: no clock is asked when it is packed.
PACKED_ON = (1980, 1, 1, 0, 0, 0)
# GB/T 9704: A4, 37 mm above, 28 mm at the binding, 156 mm of text; in twentieths of a point.
PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588" w:header="851"'
    ' w:footer="992" w:gutter="0"/></w:sectPr>'
)
TEXT_WIDTH = 8844
TITLE, HEADING, BODY, CENTRED, CELL = "title", "heading", "body", "centred", "cell"
LINES = '<w:spacing w:line="580" w:lineRule="exact"/>'
MIDDLE = '<w:jc w:val="center"/>'
INDENT = '<w:ind w:firstLineChars="200" w:firstLine="640"/><w:jc w:val="both"/>'
# style -> (face, half points, what its paragraphs look like)
STYLES = {
    TITLE: ("方正小标宋简体", 44, f'<w:spacing w:line="640" w:lineRule="exact"/>{MIDDLE}'),
    HEADING: ("黑体", 32, f"<w:keepNext/>{LINES}"),
    BODY: ("仿宋_GB2312", 32, LINES + INDENT),
    CENTRED: ("仿宋_GB2312", 32, LINES + MIDDLE),
    CELL: ("仿宋_GB2312", 24, '<w:spacing w:line="360" w:lineRule="exact"/>'),
}


@dataclass(frozen=True)
class Linked:
    """Words that lead to a page."""

    text: str
    address: str


Said = str | Linked


@dataclass(frozen=True)
class Paragraph:
    """One paragraph in one of the styles."""

    text: str
    style: str = BODY


@dataclass(frozen=True)
class Table:
    """Heads, rows, and how the width is shared out among the columns."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Said]]
    shares: Sequence[int]


Block = Paragraph | Table


@dataclass
class _Links:
    """The addresses the document leads to, each with the name its parts know it by."""

    names: dict[str, str] = field(default_factory=dict)

    def name(self, address: str) -> str:
        return self.names.setdefault(address, f"l{len(self.names) + 1}")


def written(blocks: Sequence[Block]) -> bytes:
    """The document as the bytes of a .docx file."""
    links = _Links()
    body = "".join(_block(one, links) for one in blocks)
    document = (
        f'{HEAD}<w:document xmlns:w="{SPACE}" xmlns:r="{REFERENCES}">'
        f"<w:body>{body}{PAGE}</w:body></w:document>"
    )
    parts = {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations([("d", "officeDocument", "word/document.xml", "")]),
        "word/document.xml": document,
        "word/styles.xml": _styles(),
        "word/_rels/document.xml.rels": _relations(
            [
                ("s", "styles", "styles.xml", ""),
                *((name, "hyperlink", to, "External") for to, name in links.names.items()),
            ]
        ),
    }
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(ZipInfo(name, PACKED_ON), text, ZIP_DEFLATED)
    return file.getvalue()


def paragraphs(text: str, style: str = BODY) -> list[Block]:
    """A text that somebody wrote, a paragraph for each of its lines."""
    return [Paragraph(line.strip(), style) for line in text.splitlines() if line.strip()]


def _block(one: Block, links: _Links) -> str:
    if isinstance(one, Table):
        return "".join(_table(one, links))
    return _paragraph(one.style, _run(one.text))


def _paragraph(style: str, runs: str, more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{runs}</w:p>'


def _run(text: str, look: str = "") -> str:
    clean = escape(UNWRITABLE.sub("", text))
    return f'<w:r>{look}<w:t xml:space="preserve">{clean}</w:t></w:r>'


def _said(one: Said, links: _Links) -> str:
    if isinstance(one, str) or not one.address:
        return _run(one if isinstance(one, str) else one.text)
    look = '<w:rPr><w:color w:val="1F4E9E"/><w:u w:val="single"/></w:rPr>'
    return f'<w:hyperlink r:id="{links.name(one.address)}">{_run(one.text, look)}</w:hyperlink>'


def _table(one: Table, links: _Links) -> Iterator[str]:
    widths = [TEXT_WIDTH * share // sum(one.shares) for share in one.shares]
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    yield (
        f'<w:tbl><w:tblPr><w:tblW w:w="{TEXT_WIDTH}" w:type="dxa"/><w:tblBorders>{edges}'
        '</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>'
    )
    yield "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    yield "</w:tblGrid>"
    bold = "<w:rPr><w:b/></w:rPr>"
    # The heads stand again on each page the table runs over.
    yield _row([_run(head, bold) for head in one.heads], widths, "<w:tblHeader/>")
    for row in one.rows:
        yield _row([_said(cell, links) for cell in row], widths)
    yield "</w:tbl>"


def _row(cells: Sequence[str], widths: Sequence[int], look: str = "") -> str:
    drawn = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(CELL, cell)}</w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{look}</w:trPr>{drawn}</w:tr>"


def _styles() -> str:
    drawn = "".join(
        f'<w:style w:type="paragraph" w:styleId="{id}"><w:name w:val="{id}"/>'
        f"<w:pPr>{look}</w:pPr><w:rPr>"
        f'<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{face}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
        for id, (face, size, look) in STYLES.items()
    )
    return f'{HEAD}<w:styles xmlns:w="{SPACE}">{drawn}</w:styles>'


def _types() -> str:
    kinds = "".join(
        f'<Override PartName="/word/{part}.xml" ContentType="{WORD.removesuffix(".document")}'
        f'.{kind}+xml"/>'
        for part, kind in (("document", "document.main"), ("styles", "styles"))
    )
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="'
        'application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{kinds}</Types>'
    )


def _relations(rows: Sequence[tuple[str, str, str, str]]) -> str:
    drawn = "".join(
        f'<Relationship Id="{id}" Type="{REFERENCES}/{kind}" Target={quoteattr(to)}'
        f"{' TargetMode=' + quoteattr(mode) if mode else ''}/>"
        for id, kind, to, mode in rows
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{drawn}</Relationships>'
