"""`yunzhang pack import`: from Excel and CSV to a pack that checks clean."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from yunzhang.cli import main
from yunzhang.packs import load


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A task table in Excel and a directory of chiefs in CSV, as a department sends them."""
    folder = tmp_path / "tables"
    folder.mkdir()
    book = openpyxl.Workbook()
    page = book.active
    page.title = "分工表"
    for cells in (
        ("序号", "重点任务", "牵头单位", "责任单位", "时限要求"),
        ("一、基础工作",),
        (1, "编制“目录”", "市数据局", "市级各部门、县区政府", "2020年12月底完成"),
        (2, "改革机制", "市财政局", None, "从文件印发之日起实施"),
        (3, "宣传", "市数据局", None, "长期"),
    ):
        page.append(cells)
    book.save(folder / "tasks.xlsx")
    text = "单位,云长,职务,云名称\n市教育局,张三,局长,教育云\n市数据局,李四,局长,\n"
    (folder / "chiefs.csv").write_text(text, encoding="gb18030")
    return folder


def run(tables: Path, *more: str) -> int:
    return main(["pack", "import", str(tables), "--document", "示例方案(2020)", *more])


def test_a_preview_writes_nothing(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tables) == 0

    told = capsys.readouterr().out
    assert "重点任务 → item" in told
    assert "tasks 3, chiefs 2, units 5" in told
    assert "读不懂时限“长期”" in told
    assert [path.name for path in tables.parent.iterdir()] == ["tables"]


def test_what_is_written_is_a_pack_that_checks_clean(
    tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tables.parent / "town-2020"

    assert run(tables, "--out", str(out), "--issued", "2020-03-24") == 0

    assert "✓ town-2020" in capsys.readouterr().out
    pack = load(str(out))
    mine = [task for task in pack.tasks if task.id.startswith("town-2020.")]
    assert [task.zh for task in mine] == ["编制“目录”", "改革机制", "宣传"]
    assert [[due.on for due in task.due] for task in mine] == [
        [date(2020, 12, 31)],
        [date(2020, 3, 24)],
        [],
    ]
    assert [(chief.zh, chief.holder) for chief in pack.chiefs] == [
        ("市教育局", "张三"),
        ("市数据局", "李四"),
    ]
    assert pack.chiefs[1].unit == mine[0].lead[0]  # one unit, however often it is named


def test_a_pack_that_is_there_is_not_written_over(
    tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tables.parent / "mine"
    out.mkdir()
    (out / "pack.toml").write_text("mine = 1\n")

    assert run(tables, "--out", str(out)) == 1

    assert "pack.occupied" in capsys.readouterr().err
    assert (out / "pack.toml").read_text() == "mine = 1\n"


def test_a_folder_without_tables_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tasks.doc").write_bytes(b"")

    assert run(tmp_path) == 1

    assert "import.no_tables" in capsys.readouterr().err


def word(*tables: list[list[str]]) -> bytes:
    """A Word document of these tables; "^" in a cell continues the one above it."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = ""
    for rows in tables:
        body += "<w:p><w:r><w:t>附件</w:t></w:r></w:p><w:tbl>"
        for cells in rows:
            drawn = (
                "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
                if cell == "^"
                else f"<w:tc><w:tcPr/><w:p><w:r><w:t>{cell[:2]}</w:t></w:r>"
                f"<w:r><w:t>{cell[2:]}</w:t></w:r></w:p></w:tc>"
                for cell in cells
            )
            body += f"<w:tr>{''.join(drawn)}</w:tr>"
        body += "</w:tbl>"
    document = f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", document)
    return file.getvalue()


def test_word_tables_are_read_with_titles_above_and_cells_merged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks = [
        ["2020年重点任务分工表"],
        ["序号", "重点任务", "牵头单位", "时限要求"],
        ["1", "编制目录", "市数据局", "2020年12月底完成"],
        ["2", "清理系统", "^", "^"],
    ]
    chiefs = [["单位", "云长", "职务"], ["市教育局", "张三", "局长"]]
    (tmp_path / "附件.docx").write_bytes(word(tasks, chiefs))

    assert run(tmp_path) == 0

    told = capsys.readouterr().out
    assert "附件.docx#表1: tasks" in told
    assert "2. 清理系统 | 市数据局 | by 2020-12-31" in told
    assert "市教育局 | 张三" in told
    assert "tasks 2, chiefs 1, units 2" in told


def test_a_broken_word_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "附件.docx").write_bytes(word([["单位", "云长"]])[:200])

    assert run(tmp_path) == 1

    assert "import.file_unreadable" in capsys.readouterr().err
