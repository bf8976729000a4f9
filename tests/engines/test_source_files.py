"""Files: Excel, Parquet, JSON and GeoJSON as tables of text, and folders of them."""

from __future__ import annotations

import json
import random
import zipfile
from contextlib import suppress
from datetime import date, datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.engines.test_source_csv import rows
from yunzhang.engines import lake, sources
from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.terms.faults import Refused


def gathered(tmp_path, kind, source, table=""):
    target = tmp_path / "lake" / "table.parquet"
    outcome = lake.gather(SourceSpec(kind=kind, location=str(source), table=table), target)
    return outcome, rows(target)


def test_codes_in_a_workbook_keep_their_zeros_and_get_no_decimal_point(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "区划"
    sheet.append(["文本代码", "数值代码", "补零代码", "日期", "空"])
    sheet.append(["001234", 450000.0, 1234, date(2026, 1, 2), None])
    sheet["C2"].number_format = "000000"
    book.save(tmp_path / "book.xlsx")

    outcome, read = gathered(tmp_path, SourceKind.EXCEL, tmp_path / "book.xlsx", "区划")

    assert read == [("001234", "450000", "001234", "2026-01-02", None)]
    assert outcome.rows == 1


def test_every_sheet_of_a_workbook_is_a_table(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "一"
    book.create_sheet("二").append(["a"])
    book.save(tmp_path / "book.xlsx")

    alone = sources.tables(SourceSpec(kind=SourceKind.EXCEL, location=str(tmp_path / "book.xlsx")))
    folder = sources.tables(SourceSpec(kind=SourceKind.EXCEL, location=str(tmp_path)))

    assert alone == ("一", "二")
    assert folder == ("book.xlsx#一", "book.xlsx#二")


def test_a_folder_of_files_is_many_tables(tmp_path):
    for name in ("b.csv", "a.csv", "notes.md", ".hidden.csv"):
        (tmp_path / name).write_text("x\n1\n")

    found = sources.tables(SourceSpec(kind=SourceKind.CSV, location=str(tmp_path)))

    assert found == ("a.csv", "b.csv")


@pytest.mark.parametrize("table", ["../secret.csv", "/etc/passwd", "c.csv", "", "a.csv\0"])
def test_only_a_file_the_folder_lists_can_be_opened(tmp_path, table):
    (tmp_path / "secret.csv").write_text("x\n1\n")
    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "a.csv").write_text("x\n1\n")
    (folder / "b.csv").write_text("x\n1\n")

    with pytest.raises(Refused) as refusal:
        gathered(tmp_path, SourceKind.CSV, folder, table)

    assert refusal.value.codes == ("source.table_unknown",)


def test_parquet_of_any_type_becomes_text(tmp_path):
    table = pa.table(
        {
            "n": pa.array([1, None]),
            "f": pa.array([450000.0, 1.5]),
            "d": pa.array(["x", "x"]).dictionary_encode(),
            "t": pa.array([datetime.fromisoformat("2026-01-02T03:00:00"), None]),
            "l": pa.array([[1, 2], None]),
            "b": pa.array([True, None]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")

    outcome, read = gathered(tmp_path, SourceKind.PARQUET, tmp_path / "a.parquet")

    assert read == [
        ("1", "450000", "x", "2026-01-02T03:00:00", "[1, 2]", "true"),
        (None, "1.5", "x", None, None, None),
    ]
    assert outcome.columns[0].native == "int64"


@pytest.mark.parametrize("shape", ["array", "lines"])
def test_objects_with_different_keys_make_one_table(tmp_path, shape):
    objects = [{"代码": "01", "n": 1}, {"代码": "02", "更多": {"a": [1, "二"]}, "n": 2.0}]
    text = json.dumps(objects) if shape == "array" else "\n".join(map(json.dumps, objects))
    (tmp_path / "a.json").write_text(text)

    _, read = gathered(tmp_path, SourceKind.JSON, tmp_path / "a.json")

    assert read == [("01", "1", None), ("02", "2", '{"a": [1, "二"]}')]


def test_a_long_array_is_read_across_its_chunks(tmp_path):
    objects = [{"n": str(n), "text": "字" * (n % 50)} for n in range(60_000)]
    (tmp_path / "a.json").write_text(json.dumps(objects, ensure_ascii=False))

    outcome, read = gathered(tmp_path, SourceKind.JSON, tmp_path / "a.json")

    assert outcome.rows == 60_000
    assert read[-1] == ("59999", objects[-1]["text"])


def test_a_bad_line_among_objects_is_listed(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n{"a": \n[1]\n{"a": 2}\n')

    outcome, read = gathered(tmp_path, SourceKind.JSON, tmp_path / "a.jsonl")

    assert read == [("1",), ("2",)]
    assert [fault.line for fault in outcome.faults] == [2, 3]


def test_an_array_that_breaks_off_is_refused_with_the_place(tmp_path):
    (tmp_path / "a.json").write_text('[{"a": 1}, {"a": 2}, {"a"')

    with pytest.raises(Refused) as refusal:
        gathered(tmp_path, SourceKind.JSON, tmp_path / "a.json")

    assert refusal.value.codes == ("source.cut_off",)
    assert "3" in str(refusal.value)


def test_features_become_properties_geometry_and_bounds(tmp_path):
    square = {"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4.5], [1, 2]]]}
    features = [
        {"type": "Feature", "properties": {"code": "450000"}, "geometry": square},
        {"type": "Feature", "properties": None, "geometry": None},
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (tmp_path / "a.geojson").write_text(text)

    _, read = gathered(tmp_path, SourceKind.GEOJSON, tmp_path / "a.geojson")

    assert read == [("450000", json.dumps(square), "1,2,3,4.5"), (None, None, None)]


@pytest.mark.parametrize(
    "odd",
    [
        {"properties": [1]},
        {"properties": {"a": 2}, "geometry": {"coordinates": [[1, None], [2, 3]]}},
        {"properties": {"a": 2}, "geometry": {"geometries": 7}},
        {"properties": {"a": 2}, "bbox": 5},
        "x",
    ],
)
def test_a_feature_that_is_none_is_listed_and_the_others_are_read(tmp_path, odd):
    features = [odd, {"properties": {"a": 1}, "geometry": None}]
    (tmp_path / "f.geojson").write_text(json.dumps({"features": features}), encoding="utf-8")

    outcome, read = gathered(tmp_path, SourceKind.GEOJSON, tmp_path / "f.geojson")

    assert (outcome.rejected, outcome.rows) == (1, 1)
    assert read == [("1", None, None)]


@pytest.mark.parametrize("text", ["[" * 200_000, "{", "[]", '{"features": 1}'])
def test_what_is_no_map_is_refused(tmp_path, text):
    (tmp_path / "f.geojson").write_text(text, encoding="utf-8")

    with pytest.raises(Refused):
        gathered(tmp_path, SourceKind.GEOJSON, tmp_path / "f.geojson")


def test_a_key_that_is_no_text_spoils_its_own_line_only(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'{"a":1}\n{"\\ud800":2}\n{"a":"\\ud800"}\n{"a":3}\n')

    outcome, read = gathered(tmp_path, SourceKind.JSON, tmp_path / "a.jsonl")

    assert (outcome.rejected, read) == (2, [("1",), ("3",)])


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_workbook_is_read_or_refused_and_never_breaks_the_reader(tmp_path, seed):
    chance = random.Random(seed)
    book = openpyxl.Workbook()
    for number in range(100):
        book.active.append([number, f"第{number}村", number * 1.5, "=1+1"])
    book.save(tmp_path / "book.xlsx")
    with zipfile.ZipFile(tmp_path / "book.xlsx") as whole:
        parts = {name: bytearray(whole.read(name)) for name in whole.namelist()}
    victim = parts[chance.choice(list(parts))]
    if seed % 3 == 0:
        del victim[chance.randrange(len(victim)) :]
    for _ in range(3 * (seed % 3)):
        victim[chance.randrange(len(victim))] = chance.randrange(32, 126)
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as damaged:
        for name, part in parts.items():
            damaged.writestr(name, bytes(part))
    if seed % 5 == 0:
        data = bytearray((tmp_path / "book.xlsx").read_bytes())
        data[chance.randrange(len(data))] ^= 0xFF
        (tmp_path / "book.xlsx").write_bytes(data)

    with suppress(Refused):
        gathered(tmp_path, SourceKind.EXCEL, tmp_path / "book.xlsx")


def test_real_boundaries_are_read(tmp_path, shared_data):
    outcome, read = gathered(
        tmp_path, SourceKind.GEOJSON, shared_data / "boundaries" / "district.geojson"
    )

    assert outcome.rows == len(read) > 100
    assert outcome.rejected == 0


@pytest.mark.parametrize(
    "kind", [SourceKind.EXCEL, SourceKind.PARQUET, SourceKind.JSON, SourceKind.GEOJSON]
)
def test_a_file_of_another_kind_is_refused_in_plain_words(tmp_path, kind):
    (tmp_path / "a.bin").write_bytes(b"\x00\x01 not this")

    with pytest.raises(Refused) as refusal:
        gathered(tmp_path, kind, tmp_path / "a.bin")

    assert refusal.value.codes[0].startswith("source.")


def test_a_source_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused) as refusal:
        gathered(tmp_path, SourceKind.CSV, tmp_path / "nowhere")

    assert refusal.value.codes == ("source.missing",)
