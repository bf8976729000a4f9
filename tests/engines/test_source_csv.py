"""CSV: what is written comes back, and what is broken is listed and never ends the load."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.engines import lake
from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.terms.faults import Refused

# A lone surrogate is no text; a NUL is refused by itself, below.
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def gathered(tmp_path, data: bytes, name: str = "table.csv"):
    source = tmp_path / name
    source.write_bytes(data)
    target = tmp_path / "table.parquet"
    outcome = lake.gather(SourceSpec(kind=SourceKind.CSV, location=str(source)), target)
    return outcome, rows(target)


def rows(target):
    columns = [column.name for column in lake.columns(target)]
    return [
        tuple(row[column] for column in columns)
        for batch in lake.batches(target)
        for row in batch.to_pylist()
    ]


@given(
    st.integers(2, 4).flatmap(lambda n: st.lists(st.tuples(*[WORDS] * n), min_size=1, max_size=8))
)
def test_any_table_of_text_written_as_csv_reads_back_equal(tmp_path_factory, table):
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(
        [[f"c{n}" for n in range(len(table[0]))], *table]
    )

    outcome, read = gathered(tmp_path_factory.mktemp("csv"), written.getvalue().encode())

    assert read == [tuple(value or None for value in row) for row in table]
    assert outcome.rejected == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_an_encoding_is_recognised(tmp_path, encoding):
    text = "代码,名称\n451024103,敬德镇\n0451,足荣镇\n"

    outcome, read = gathered(tmp_path, text.encode(encoding))

    assert read == [("451024103", "敬德镇"), ("0451", "足荣镇")]
    assert outcome.encoding == encoding


def test_gb18030_is_recognised_though_it_appears_late(tmp_path):
    lines = ["code,name", *(f"{n},plain" for n in range(300_000)), "9,足荣镇"]

    outcome, read = gathered(tmp_path, "\n".join(lines).encode("gb18030"))

    assert (outcome.rows, read[-1]) == (300_001, ("9", "足荣镇"))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_row_that_cannot_be_decoded_is_listed_and_the_rest_is_loaded(tmp_path, encoding):
    good = "代码,名称\n1,敬德镇\n".encode(encoding)

    outcome, read = gathered(tmp_path, good + b"2,\xff\xff\n" + "3,足荣镇\n".encode(encoding))

    assert read == [("1", "敬德镇"), ("3", "足荣镇")]
    assert [(fault.line, fault.code) for fault in outcome.faults] == [(3, "row.undecodable")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"2", "row.fields"),
        (b"2,b,c", "row.fields"),
        (b'2,"b', "row.quote"),
        (b'2,"b"c', "row.quote"),
        (b"2,\0", "row.nul"),
    ],
)
def test_a_malformed_row_is_listed_with_its_line(tmp_path, line, code):
    outcome, read = gathered(tmp_path, b"id,name\n1,a\n" + line + b'\n3,"c"\n4,d\n')

    assert read == [("1", "a"), ("3", "c"), ("4", "d")]
    assert [(fault.line, fault.code) for fault in outcome.faults] == [(3, code)]
    assert outcome.rejected == 1


def test_an_unclosed_quote_does_not_swallow_the_rest_of_a_long_file(tmp_path):
    tail = "".join(f"{n},x\n" for n in range(5_000))

    outcome, read = gathered(tmp_path, f'id,name\n0,"open\n{tail}'.encode())

    assert (len(read), outcome.rejected) == (5_000, 1)


def test_line_breaks_inside_quotes_belong_to_the_value(tmp_path):
    outcome, read = gathered(tmp_path, b'id,name\r\n1,"a\nb\r\nc"\r\n2,x,y\r\n')

    assert read == [("1", "a\nb\r\nc")]
    assert outcome.faults[0].line == 5  # of the file, not of the table


def test_bad_rows_are_counted_exactly_and_described_up_to_a_limit(tmp_path):
    outcome, _ = gathered(tmp_path, b"id,name\n" + b"1\n" * 5_000)

    assert (outcome.rejected, outcome.fault_counts) == (5_000, {"row.fields": 5_000})
    assert len(outcome.faults) == 100


def test_a_fault_never_repeats_what_the_row_holds(tmp_path):
    outcome, _ = gathered(tmp_path, "id,name\n1,王小明,13800000000\n".encode())

    said = outcome.faults[0].zh + outcome.faults[0].en

    assert "王小明" not in said
    assert "13800000000" not in said


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_a_delimiter_is_recognised(tmp_path, delimiter):
    text = "\n".join(delimiter.join(row) for row in (("a", "b"), ("1", "x y"), ("2", "z")))

    _, read = gathered(tmp_path, text.encode())

    assert read == [("1", "x y"), ("2", "z")]


def test_headers_that_are_empty_or_repeated_are_repaired_and_said(tmp_path):
    outcome, _ = gathered(tmp_path, b"code, Code ,,name\n1,2,3,4\n")

    assert [column.name for column in outcome.columns] == ["code", "Code_2", "列3", "name"]
    assert [repair.code for repair in outcome.repairs] == ["header.twice", "header.empty"]


def test_a_file_without_a_header_is_refused(tmp_path):
    with pytest.raises(Refused) as refusal:
        gathered(tmp_path, b"\n\n")

    assert refusal.value.codes == ("source.empty",)


def test_a_field_beyond_the_limit_is_one_bad_row(tmp_path):
    outcome, read = gathered(tmp_path, b"id,name\n1,a\n2," + b"x" * 17_000_000 + b"\n3,c\n")

    assert read == [("1", "a"), ("3", "c")]
    assert outcome.fault_counts == {"row.too_long": 1}


def test_real_tables_lose_no_row_silently(tmp_path, shared_data):
    for source in sorted(shared_data.glob("*/*.csv")):
        target = tmp_path / "real.parquet"

        outcome = lake.gather(SourceSpec(kind=SourceKind.CSV, location=str(source)), target)

        with source.open(encoding=outcome.encoding, newline="", errors="replace") as stream:
            delimiter = "\t" if "\t" in stream.readline() else ","
            stream.seek(0)
            records = sum(1 for record in csv.reader(stream, delimiter=delimiter) if record)
        assert outcome.rows + outcome.rejected == records - 1, source.name
