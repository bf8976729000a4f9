"""Files of lists: no row of anyone's data, real numbers and dates, no formula, however long."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from uuid import uuid4

import pytest

from tests.portal.crowd import more
from tests.portal.test_listing import LISTS, also, at, excel, lines
from yunzhang.people.models import FactRow
from yunzhang.people.permissions import pack
from yunzhang.portal.export import Sheet, as_file


def test_no_file_holds_a_row_of_anyones_data(town, visit):
    for name in LISTS:
        who, address = at(town, name)
        text = "\n".join(
            ",".join(line) for line in lines(visit(who).get(also(address, "export=csv")))
        )

        assert "0776382" not in text
        assert "451024100" not in text


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", *"＝＋－＠"])
def test_no_text_begins_as_a_formula_in_any_version_of_a_spreadsheet(sign: str) -> None:
    file = as_file(Sheet("单", ["名"], [[f"{sign}1+1"]]), "csv")

    [_heads, row] = list(csv.reader(io.StringIO(b"".join(file).decode("utf-8-sig"), newline="")))

    assert row == [f"'{sign}1+1"]


def test_a_file_holds_numbers_and_dates_as_such_and_no_formula(town, visit):
    more(town, range(3))

    book = excel(visit("consumer").get("/requests?export=xlsx&q=用途"))
    entries = excel(visit("consumer").get("/catalog?export=xlsx"))
    leaves = excel(visit("auditor").get("/ledger/HUB?export=xlsx"))
    text = lines(visit("consumer").get("/requests?export=csv&q=用途"))

    row = dict(zip(book[0], book[1], strict=True))
    assert row["申请事项"].startswith("=用途")
    assert isinstance(row["申请日期"], datetime)
    assert text[1][0].startswith("'=用途")
    assert {type(line[entries[0].index("行数")]) for line in entries[1:]} <= {int, type(None)}
    assert {type(line[0]) for line in leaves[1:]} == {int}
    assert {type(line[1]) for line in leaves[1:]} == {datetime}


def test_a_list_too_long_for_a_file_says_so(town, visit, monkeypatch):
    held = type(pack()).limit
    monkeypatch.setattr(
        type(pack()), "limit", lambda self, id: 3 if id == "page.export_rows" else held(self, id)
    )

    answer = visit("consumer").get("/requests?export=xlsx")

    assert answer.status_code == 422
    assert "一个文件装不下" in answer.content.decode()


def test_fifty_thousand_rows_leave_as_one_file(town, visit):
    fact = FactRow.objects.exclude(index=None).first()
    assert fact is not None
    kept = {"person": None, "unit": None, "salt": "", "leaf": "{}", "why": "x", "content": "{}"}
    FactRow.objects.bulk_create(
        FactRow(
            id=uuid4(),
            at=fact.at,
            deed="entry.edited",
            subject=f"entry:{n}",
            index=10**6 + n,
            **kept,
        )
        for n in range(49_000)
    )

    answer = visit("auditor").get("/ledger/HUB?export=csv&deed=entry.edited")

    assert len(lines(answer)) > 49_000
