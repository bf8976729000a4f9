"""Official papers: whatever is written into one comes back out, and nothing of it is markup."""

from __future__ import annotations

import io
from zipfile import ZipFile

from yunzhang.engines import word
from yunzhang.engines.official_paper import (
    HEADING,
    TITLE,
    Linked,
    Paragraph,
    Table,
    paragraphs,
    written,
)


def test_words_tables_and_links_come_back_as_they_were_written() -> None:
    address = "http://hub/circulars/1/published?a=1&b=2"
    rows = [("发布目录 <条目> & “其他”", Linked("1,204", address)), ("没有链接", Linked("0", ""))]
    made = written([Paragraph("通报", TITLE), Table(("指标", "数量"), rows, (7, 2))])

    with ZipFile(io.BytesIO(made)) as archive:
        [grid] = word.tables(archive)
        links = archive.read("word/_rels/document.xml.rels").decode()

    assert [cells for _number, cells in grid.rows] == [
        ("指标", "数量"),
        ("发布目录 <条目> & “其他”", "1,204"),
        ("没有链接", "0"),
    ]
    assert address.replace("&", "&amp;") in links
    assert links.count("External") == 1


def test_the_same_document_is_the_same_bytes_and_holds_nothing_xml_cannot_carry() -> None:
    blocks = [Paragraph("一、\x08数据\x00", HEADING), *paragraphs("第一行\n\n第二行")]

    made = written(blocks)

    assert made == written(blocks)
    with ZipFile(io.BytesIO(made)) as archive:
        body = archive.read(word.PART).decode()
    assert "一、数据" in body
    assert body.count("<w:p>") == 3
