"""Files people upload: hostile, broken or odd ones are refused in words; the others are read."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from yunzhang.engines import grids, workbooks
from yunzhang.terms.faults import Refused
from yunzhang.terms.forms import Flaw
from yunzhang.terms.grids import Grid


def book(path: Path) -> Path:
    made = openpyxl.Workbook()
    made.active.append(["代码", "名称"])
    made.active.append(["1", "甲"])
    made.save(path)
    return path


def cut(path: Path) -> None:
    whole = book(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def bomb(path: Path) -> None:
    book(path)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/zeros.bin", "w", force_zip64=True) as part,
    ):
        for _ in range(600):
            part.write(bytes(1 << 20))


def entities(path: Path) -> None:
    book(path)
    with zipfile.ZipFile(path, "a") as archive:
        text = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><x>&a;</x>'
        archive.writestr("docProps/custom.xml", text)


def wide_entities(path: Path) -> None:
    """The same in UTF-16, which is XML too."""
    book(path)
    with zipfile.ZipFile(path, "a") as archive:
        text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>'
        archive.writestr("docProps/custom.xml", text.encode("utf-16"))


def no_workbook(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")


def picture(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut off": (cut, "import.file_unreadable"),
    "a zip bomb": (bomb, "import.file_bloated"),
    "entities": (entities, "import.file_bloated"),
    "entities in UTF-16": (wide_entities, "import.file_bloated"),
    "a zip of something else": (no_workbook, "import.file_unreadable"),
    "a picture": (picture, "import.file_unreadable"),
    "the old format": (
        lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1" + bytes(512)),
        "import.file_old",
    ),
    "nothing": (lambda path: path.write_bytes(b""), "import.file_empty"),
    "blank lines": (lambda path: path.write_text("\n,,\n \n"), "import.file_empty"),
    "a quote that never closes": (
        lambda path: path.write_text('代码,名称\n1,"甲\n2,乙\n', encoding="utf-8"),
        "import.lines_lost",
    ),
}


@pytest.mark.parametrize(("make", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    tmp_path: Path, make: Callable[[Path], object], code: str
) -> None:
    path = tmp_path / "台账.xlsx"
    make(path)

    with pytest.raises(Refused) as refused:
        grids.read(path)

    assert refused.value.codes == (code,)
    assert "台账.xlsx" in refused.value.faults[0].sentence("zh")


def test_a_stray_cell_at_the_end_of_a_sheet_costs_nothing(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.append(["代码", "名称"])
    made.active["XFD1"] = "远"
    made.active["A1048576"] = "末"
    made.save(tmp_path / "宽.xlsx")

    assert grids.read(tmp_path / "宽.xlsx") == (Grid("Sheet", ((1, ("代码", "名称")),)),)


def test_more_rows_than_the_limit_are_refused(tmp_path: Path) -> None:
    (tmp_path / "长.csv").write_text("代码,名称\n" + "1,甲\n" * 200_001, encoding="utf-8")

    with pytest.raises(Refused) as refused:
        grids.read(tmp_path / "长.csv")

    assert refused.value.codes == ("import.rows_many",)


def test_hidden_sheets_stay_out_and_codes_keep_their_zeros(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.append(["代码", 45658])
    made.active["A2"] = 7
    made.active["A2"].number_format = "000000"
    hidden = made.create_sheet("值域")
    hidden.append(["省级"])
    hidden.sheet_state = "hidden"
    made.save(tmp_path / "a.xlsx")

    assert grids.read(tmp_path / "a.xlsx") == (
        Grid("Sheet", ((1, ("代码", "45658")), (2, ("000007",)))),
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_offices_use(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_text("代码;名称\n\n1;甲；乙\n", encoding=encoding)

    [grid] = grids.read(tmp_path / "a.csv")

    assert [cells for _, cells in grid.rows] == [("代码", "名称"), ("1", "甲；乙")]


def test_a_marked_table_keeps_its_rows_and_runs_no_formula(tmp_path: Path) -> None:
    grid = Grid("目录/一", ((1, ("标题",)), (3, ("代码", "名称")), (4, ("=1+1", "甲\x01"))))
    flaw = Flaw(
        sheet="目录/一", row=4, column="代码", place=0, value="=1+1", code="a.b",
        zh="不对。", en="Wrong.", next_zh="改。", next_en="Mend.",
    )  # fmt: skip
    path = tmp_path / "marked.xlsx"
    path.write_bytes(workbooks.marked([grid], [flaw], "zh"))

    listed, page = openpyxl.load_workbook(path).worksheets

    assert [cell.value for cell in listed[2]][1:3] == [4, "代码"]
    assert (page["A4"].value, page["A4"].data_type) == ("=1+1", "s")
    assert "不对。" in page["A4"].comment.text
    assert page["B4"].value == "甲"
    assert page["A3"].comment is None
