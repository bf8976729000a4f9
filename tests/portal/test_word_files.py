"""Word files: what offices go on with, read back as any reader of documents would."""

from __future__ import annotations

import io
from datetime import timedelta
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from tests.portal.test_circulars import draft
from tests.portal.test_reports import report
from tests.portal.town import WHY
from yunzhang import clock
from yunzhang.engines import word
from yunzhang.engines.official_paper import WORD
from yunzhang.oversee.reports import circulars, quarterly
from yunzhang.terms.grids import Grid

__all__ = ["report"]


class Read:
    """A document read back: its paragraphs, its tables, the addresses its links lead to."""

    def __init__(self, answered) -> None:
        assert answered.status_code == 200
        assert answered["Content-Type"] == WORD
        with ZipFile(io.BytesIO(answered.getvalue())) as archive:
            self.tables: tuple[Grid, ...] = word.tables(archive)
            body = ET.fromstring(archive.read(word.PART))
            links = ET.fromstring(archive.read("word/_rels/document.xml.rels"))
        found = (one for one in body.iter(f"{word.SPACE}p"))
        self.text = "\n".join(
            "".join(t.text or "" for t in p.iter(f"{word.SPACE}t")) for p in found
        )
        self.links = [one.get("Target", "") for one in links if one.get("TargetMode") == "External"]
        self.linked = sum(1 for _ in body.iter(f"{word.SPACE}hyperlink"))


def test_a_circular_leaves_as_word_with_a_link_behind_every_figure(town, visit) -> None:
    made = draft(town, visit)
    client = visit("reviewer")

    read = Read(client.get(f"/circulars/{made.pk}/circular.docx"))

    figures = circulars.figures_of(made)
    rows = [cells for _number, cells in read.tables[0].rows[1:]]
    assert "第四季度通报" in read.text
    assert "统计局" in read.text
    assert rows == [(one.zh, f"{one.n:,}") for one in figures]
    assert len(read.links) == len(figures) == read.linked
    assert all(
        client.get(link.removeprefix("http://testserver")).status_code == 200 for link in read.links
    )
    assert visit("provider").get(f"/circulars/{made.pk}/circular.docx").status_code == 404


def test_a_report_leaves_as_word_with_its_words_and_the_figures_it_was_handed_in_with(
    town, visit, report
) -> None:
    live = Read(visit("provider").get(f"/reports/{report.number}/report.docx"))
    quarterly.submit(town.provider, report, "发布一个目录。\n其余照旧。", why=WHY)

    read = Read(visit("chief", "en").get(f"/reports/{report.number}/report.docx"))

    kept = quarterly.kept(report)
    assert kept is not None
    assert "counted at this moment" not in read.text
    assert "发布一个目录。\n其余照旧。" in read.text
    assert [cells for _n, cells in read.tables[0].rows[1:]] == [
        (one.en, f"{one.n:,}") for one in kept.figures
    ]
    assert len(live.links) == len(read.links) == len(kept.figures)
    assert visit("stats").get(f"/reports/{report.number}/report.docx").status_code == 404


def test_the_months_missed_limits_leave_as_word(town, visit) -> None:
    month = f"{clock.today() - timedelta(days=6):%Y-%m}"

    read = Read(visit("reviewer").get(f"/queue/circular?month={month}&form=docx"))

    assert "广西壮族自治区民政厅" in read.text
    assert any("急救调度地址匹配" in cells[0] for grid in read.tables for _n, cells in grid.rows)
    assert any("/requests/" in link for link in read.links)


def test_the_handbook_leaves_as_word_unit_by_unit(town, visit) -> None:
    read = Read(visit("reviewer").get("/handbook?form=docx"))

    cells = {cell for grid in read.tables for _n, row in grid.rows for cell in row}
    assert "广西壮族自治区民政厅" in read.text
    assert "社会救助系统" in cells
    assert any("乡级行政区划代码" in cell for cell in cells)
    assert any("/catalog/307001/000001" in link for link in read.links)
