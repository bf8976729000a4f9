"""Checks set by a form: row by row, without a script; what is set is what is run."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import QueryDict

from tests.hub_world import WHY
from yunzhang.engines.checks import (
    Check,
    CheckDigit,
    CodeList,
    Expression,
    Format,
    Freshness,
    Reference,
    Required,
    Unique,
)
from yunzhang.gather import quality
from yunzhang.gather.harvest import profile_of
from yunzhang.gather.models import VerdictRow
from yunzhang.portal.gather import check_rows
from yunzhang.terms.codes import ItemType
from yunzhang.terms.faults import Refused

PAGE = "/quality/townships/checks"
EVERY_KIND: tuple[Check, ...] = (
    Required(id="a", column="name"),
    Format(id="b", column="code", pattern="[0-9]{9}"),
    Format(id="c", column="day", type=ItemType.DATE),
    CodeList(id="d", column="county", codes=("451024", "a,b；c")),
    CheckDigit(id="e", column="uscc", scheme="credit_code"),
    Unique(id="f", columns=("code", "county")),
    Reference(id="g", column="county", table="counties", to_column="code"),
    Freshness(id="h", cycle="year", column="day"),
    Expression(id="i", sql="length(code) = 9"),
)


@pytest.fixture(autouse=True)
def _as_before(town) -> Any:
    table = town.tables["townships"]
    held = quality.checks_of(table)
    yield
    quality.set_checks(town.provider, table, held, why=WHY)


def form(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The form as a browser posts it."""
    sent: dict[str, Any] = {
        "rows": "1",
        "why": WHY,
        "row": [str(n) for n in range(1, len(rows) + 1)],
    }
    for number, row in enumerate(rows, 1):
        sent |= {f"{part}-{number}": value for part, value in row.items()}
    return {**sent, **more}


def columns(town: Any) -> list[str]:
    return [one.name for one in profile_of(town.tables["townships"]).columns]


def test_a_check_set_by_the_form_is_the_one_that_is_run(town, visit):
    table, client = town.tables["townships"], visit("provider")
    code, name = columns(town)[:2]

    answer = client.post(
        PAGE,
        form(
            {"kind": "required", "column": name, "pattern": "of another kind"},
            {"kind": "code_list", "column": code, "codes": "451024100\n 451024101 \n", "id": "two"},
            {"kind": "unique", "columns": [code, name]},
            deed="set",
        ),
    )
    client.post("/quality/townships", {"deed": "run", "why": WHY})

    assert answer.status_code == 302
    assert quality.checks_of(table) == (
        Required(id=f"required:{name}", column=name),
        CodeList(id="two", column=code, codes=("451024100", "451024101")),
        Unique(id=f"unique:{code}+{name}", columns=(code, name)),
    )
    verdict = quality.verdict_of(VerdictRow.objects.filter(table=table).latest("pk"))
    assert [one.id for one in verdict.results] == [
        f"required:{name}",
        "two",
        f"unique:{code}+{name}",
    ]
    assert verdict.results[1].failed == verdict.rows - 2


def test_a_row_more_or_less_writes_nothing_and_keeps_what_was_typed(town, visit):
    client, before = visit("provider"), quality.checks_of(town.tables["townships"])
    rows = (
        {"kind": "format", "column": columns(town)[0], "pattern": "[0-9]+"},
        {"kind": "expression", "sql": "length('<&') = 2"},
    )

    more = client.post(PAGE, form(*rows, add="1", why="改为九位")).content.decode()
    less = client.post(PAGE, form(*rows, remove="1")).content.decode()

    assert more.count('class="check"') == 3
    assert 'value="[0-9]+"' in more
    assert "length(&#x27;&lt;&amp;&#x27;) = 2" in more
    assert 'value="改为九位"' in more
    assert less.count('class="check"') == 1
    assert 'value="[0-9]+"' not in less
    assert "length(&#x27;" in less
    assert quality.checks_of(town.tables["townships"]) == before


def test_what_is_wrong_is_told_at_once_and_everything_typed_stays(town, visit):
    client, before = visit("provider"), quality.checks_of(town.tables["townships"])
    code = columns(town)[0]

    unread = client.post(
        PAGE,
        form(
            {"kind": "required"},
            {"kind": "format", "column": code},
            {"kind": "freshness", "cycle": "year", "updated_on": "2026-02-30"},
            {"kind": "required", "column": code, "id": "typed-name"},
            deed="set",
        ),
    )
    unrun = client.post(
        PAGE,
        form(
            {"kind": "format", "column": code, "pattern": "[0-9"},
            {"kind": "expression", "sql": "read_csv('/etc/passwd')"},
            {"kind": "required", "column": "gone"},
            deed="set",
        ),
    )

    page = unread.content.decode()
    assert unread.status_code == unrun.status_code == 422
    assert "第 1 条规则没有填写“列”" in page
    assert "第 2 条规则没有填写“格式（正则）”" in page
    assert "“2026-02-30”不是日期" in page
    assert page.count('class="check"') == 4
    assert 'value="typed-name"' in page
    page = unrun.content.decode()
    assert "“[0-9”不是有效的正则表达式" in page
    assert "read_csv" in page
    assert "所指的列 gone 不在数据表中" in page
    assert '<option value="gone" selected>' in page
    assert quality.checks_of(town.tables["townships"]) == before


def test_suggested_checks_are_ticked_and_set_with_the_others(town, visit):
    table, client = town.tables["townships"], visit("provider")
    quality.set_checks(town.provider, table, (), why=WHY)
    suggested = quality.suggest(table)
    offered = re.findall(r'name="suggested" value="([^"]+)"', client.get(PAGE).content.decode())

    client.post(PAGE, form(deed="set", suggested=[one.id for one in suggested[:2]]))

    assert offered == [one.id for one in suggested]
    assert quality.checks_of(table) == suggested[:2]
    page = client.get(PAGE).content.decode()
    assert re.findall(r'name="suggested" value="([^"]+)"', page) == offered[2:]


def test_the_lines_under_advanced_still_set_checks(town, visit):
    code = columns(town)[0]
    line = f'{{"check":"required","id":"x","column":"{code}"}}'

    visit("provider").post(PAGE, {"deed": "set_lines", "checks": line, "why": WHY})

    assert quality.checks_of(town.tables["townships"]) == (Required(id="x", column=code),)


def test_whoever_may_not_run_checks_does_not_see_the_form(visit):
    assert visit("consumer").get(PAGE).status_code in (403, 404)
    assert visit("consumer").post(PAGE, form(add="1")).status_code in (403, 404)


def test_every_kind_of_check_comes_back_from_the_form_as_it_was() -> None:
    rows = check_rows.of_checks(EVERY_KIND)
    sent = QueryDict(mutable=True)
    for row in rows:
        sent.appendlist("row", str(row.number))
        for one in row.fields({}):
            sent.setlist(one.name, list(row.columns) if one.shape == "boxes" else [one.value])

    read = check_rows.read(check_rows.of_form(sent))

    assert read == EVERY_KIND
    assert {row.kind for row in rows} == set(check_rows.PARTS)


def test_checks_without_a_name_get_names_that_no_other_has() -> None:
    sent = QueryDict(mutable=True)
    for number in ("1", "2", "3"):
        sent.appendlist("row", number)
        sent[f"kind-{number}"], sent[f"column-{number}"] = "required", "code"
    sent["id-2"] = "required:code"

    names = [check.id for check in check_rows.read(check_rows.of_form(sent))]

    assert names == ["required:code:2", "required:code", "required:code:3"]


def test_a_forged_row_is_refused_and_breaks_nothing() -> None:
    sent = QueryDict("row=1&row=²&row=2&kind-1=king&kind-2=check_digit&column-2=a&scheme-2=none")

    with pytest.raises(Refused):
        check_rows.read(check_rows.of_form(sent))
