"""Checks: exact counts under six dimensions, and expressions that can do no harm."""

from __future__ import annotations

import csv
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.tables import gathered
from yunzhang.engines import on_duckdb
from yunzhang.engines.check_sql import check_digit, literal
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
    Verdict,
    suggest_checks,
)
from yunzhang.engines.profiles import draft_items
from yunzhang.terms import identifiers
from yunzhang.terms.codes import ItemType
from yunzhang.terms.document import build, plain
from yunzhang.terms.faults import Refused

TODAY = date(2026, 11, 22)


def only(table, check, **references):
    return on_duckdb.run_checks(table, [check], references, TODAY).results[0]


@pytest.fixture
def table(tmp_path):
    return gathered(
        tmp_path,
        "code name day",
        ("11", "a", "2026-01-01"),
        ("11", " ", "2026-11-20"),
        ("1x", "", "not a day"),
        ("", "　", ""),
    )


@pytest.mark.parametrize(
    ("check", "total", "failing"),
    [
        (Required(id="c", column="name"), 4, [2, 3, 4]),
        (Format(id="c", column="code", pattern="[0-9]+"), 3, [3]),
        (Format(id="c", column="day", type=ItemType.DATE), 3, [3]),
        (CodeList(id="c", column="code", codes=("11", "o'clock")), 3, [3]),
        (Unique(id="c", columns=("code",)), 3, [1, 2]),
        (Unique(id="c", columns=("code", "day")), 3, []),
        (Expression(id="c", sql="code = '11' OR name IS NULL"), 4, [4]),
        (
            Expression(
                id="c", sql="CAST(code AS INTEGER) > 0 -- an error on one row fails that row"
            ),
            4,
            [3, 4],
        ),
    ],
)
def test_a_check_counts_what_it_judged_and_what_failed(table, check, total, failing):
    result = only(table, check)

    assert result.fault is None
    assert (result.total, result.failed) == (total, len(failing))
    assert [row.row for row in result.sample] == failing
    assert result.score == pytest.approx((total - len(failing)) * 100 / total)


def test_a_failing_row_shows_the_columns_of_the_check_alone(table):
    result = only(table, Expression(id="c", sql="length(name) > 5 OR code = '11'"))

    assert [row.values for row in result.sample] == [
        {"code": "1x", "name": None},
        {"code": None, "name": "　"},
    ]


def test_a_reference_is_held_against_the_other_table(tmp_path, table):
    other = gathered(tmp_path, "id note", ("11", "x"), ("12", "x"), name="other")

    result = only(
        table, Reference(id="c", column="code", table="other", to_column="id"), other=other
    )

    assert (result.total, result.failed, result.sample[0].row) == (3, 1, 3)


@pytest.mark.parametrize(
    ("check", "failed"),
    [
        (Freshness(id="c", cycle="week", column="day"), 0),
        (Freshness(id="c", cycle="day", column="day"), 1),
        (Freshness(id="c", cycle="month", updated_on=date(2026, 10, 1)), 1),
        (Freshness(id="c", cycle="quarter", updated_on=date(2026, 10, 1)), 0),
    ],
)
def test_freshness_is_one_judgement_of_the_table(table, check, failed):
    result = only(table, check)

    assert (result.total, result.failed) == (1, failed)


def test_checks_that_cannot_run_say_why_and_do_not_end_the_others(table):
    checks: list[Check] = [
        Required(id="1", column="gone"),
        Format(id="2", column="code", pattern="("),
        Reference(id="3", column="code", table="nowhere", to_column="id"),
        Freshness(id="4", cycle="week"),
        Freshness(id="5", cycle="whenever", column="day"),
        Required(id="6", column="code"),
    ]

    verdict = on_duckdb.run_checks(table, checks, {}, TODAY)

    assert [result.fault and result.fault.code for result in verdict.results] == [
        "check.column_missing",
        "check.pattern_wrong",
        "check.reference_missing",
        "check.no_date",
        "pack.row_missing",
        None,
    ]
    assert not verdict.passed
    assert verdict.results[5].failed == 1


def test_dimensions_pool_what_their_checks_judged(table):
    checks: list[Check] = [
        Format(id="1", column="code", pattern="[0-9]+"),
        CodeList(id="2", column="code", codes=("11",)),
        Required(id="3", column="code"),
    ]

    verdict = on_duckdb.run_checks(table, checks, {}, TODAY)

    assert [(d.dimension, d.total, d.failed) for d in verdict.dimensions] == [
        ("normativity", 6, 2),
        ("completeness", 4, 1),
    ]
    assert build(plain(verdict), Verdict) == verdict


def test_the_sample_is_bounded_and_the_count_is_not(tmp_path):
    table = gathered(tmp_path, "a b", *(("", str(n)) for n in range(1_000)))

    result = only(table, Required(id="c", column="a"))

    assert (result.failed, len(result.sample)) == (1_000, 20)


def test_suggested_checks_hold_on_the_table_they_were_drawn_from(tmp_path):
    table = gathered(
        tmp_path,
        "code n 统一社会信用代码",
        ("450001", "1.5", "91350100M000100Y43"),
        ("450002", "2", "11500226MB1D37341C"),
    )
    profile = on_duckdb.profile(table)

    checks = suggest_checks(draft_items(profile), profile)
    verdict = on_duckdb.run_checks(table, checks, {}, TODAY)

    assert {check.kind for check in checks} == {"unique", "required", "format", "check_digit"}
    assert verdict.passed, verdict


# Check digits: SQL and Python must agree on anything

CREDIT = st.text(identifiers.USCC_ALPHABET, min_size=17, max_size=17).flatmap(
    lambda body: st.sampled_from([body + last for last in identifiers.USCC_ALPHABET])
)
CITIZEN = st.builds(
    lambda area, year, month, day, rest: f"{area:06}{year:04}{month:02}{day:02}{rest}",
    st.integers(100_000, 999_999),
    st.integers(0, 2100),
    st.integers(0, 13),
    st.integers(0, 32),
    st.text("0123456789X", min_size=4, max_size=4),
)
ORG = st.text("0123456789ABCXYZ", min_size=9, max_size=9)
ANYTHING = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


def right_citizen(number: str) -> str:
    total = sum(int(c) * w for c, w in zip(number[:17], identifiers.ID_WEIGHTS, strict=True))
    return number[:17] + identifiers.ID_CHECKS[total % 11]


@pytest.mark.parametrize(
    ("scheme", "valid", "numbers"),
    [
        ("credit_code", identifiers.credit_code_valid, CREDIT),
        ("citizen_id", identifiers.citizen_id_valid, CITIZEN),
        (
            "citizen_id",
            identifiers.citizen_id_valid,
            CITIZEN.filter(lambda n: n[:17].isdigit()).map(right_citizen),
        ),
        ("org_code", identifiers.org_code_valid, ORG),
    ],
)
def test_check_digits_in_sql_agree_with_the_rules(scheme, valid, numbers):
    with on_duckdb.engine() as ask:

        @settings(max_examples=60, deadline=None)
        @given(st.lists(numbers | ANYTHING, min_size=1, max_size=40))
        def agree(values):
            listed = ", ".join("(" + literal(value) + ")" for value in values)
            found = ask(f"SELECT v, {check_digit('v', scheme)} FROM (VALUES {listed}) t(v)")
            assert [answer for _, answer in found] == [valid(value) for value, _ in found]

        agree()


def test_real_numbers_pass_and_a_changed_character_fails(tmp_path):
    table = gathered(
        tmp_path,
        "uscc id org",
        ("91350100M000100Y43", "11010519491231002X", "M000100Y4"),
        ("91350100M000100Y44", "110105194912310021", "M000100Y5"),
    )

    for column, scheme in (("uscc", "credit_code"), ("id", "citizen_id"), ("org", "org_code")):
        result = only(
            table,
            build(
                {"check": "check_digit", "id": "c", "column": column, "scheme": scheme}, CheckDigit
            ),
        )

        assert [row.row for row in result.sample] == [2]


# Expressions: what they may not do

HOSTILE = [
    "code IN (SELECT code FROM checked)",
    "EXISTS (SELECT 1)",
    "code = '1'; DROP TABLE checked",
    "1=1) FROM checked UNION SELECT (true",
    "true) FROM read_csv('/etc/passwd') WHERE (true",
    "true), (false",
    "code = (SELECT content FROM read_text('/etc/passwd'))",
    "read_text('/etc/passwd') IS NOT NULL",
    "getenv('HOME') = '/root'",
    "replace(" * 12 + "code" + ", 'x', 'xxxxxxxxxxxxxxxx')" * 12 + " = 'x'",
    "replace(code, 'x', code || code) = 'x'",
    "replace(code, 'x') = 'x'",
    "replace(code) = 'x'",
    "current_setting('access_mode') = ''",
    "version() = ''",
    "query('SELECT 1')",
    "count(*) > 0",
    "count(*) OVER () > 0",
    "random() > 0.5",
    "now() > day",
    "current_date > day",
    "sleep_ms(100000)",
    "repeat('x', 1000000000) = ''",
    "lpad('x', 1000000000, 'y') = ''",
    "list_transform([1], x -> x) IS NULL",
    "range(1000000000) IS NULL",
    "COLUMNS('.*') = ''",
    "*",
    "$1",
    "?",
    "file_row_number > 0",
    "checked.code = ''",
    "filename = ''",
    "code::JSON IS NULL",
    "'[1]'::INTEGER[] IS NULL",
    "code COLLATE NOCASE = ''",
    "pg_catalog.length(code) > 0",
    "system.main.getvariable('x') IS NULL",
    "length(DISTINCT code) > 0",
    "/* open",
    "code = '1' /*",
    "code = '1",
    "",
    "-- nothing",
    "code = 'x'" + " OR code = 'x'" * 1_000,
]


@pytest.mark.parametrize("sql", HOSTILE, ids=lambda sql: sql[:40])
def test_a_hostile_expression_is_refused_before_it_runs(table, sql):
    result = only(table, Expression(id="c", sql=sql))

    assert result.fault is not None
    assert result.fault.code.startswith("check.expression_")
    assert (result.total, result.sample) == (0, ())


@pytest.mark.parametrize("sql", ["NOT " * 400 + "true", "(" * 900 + "true" + ")" * 900])
def test_a_deep_expression_is_judged_or_refused_but_breaks_nothing(table, sql):
    result = only(table, Expression(id="c", sql=sql))

    assert result.fault is not None or result.failed == 0


def test_the_engine_itself_reads_no_other_file_and_cannot_be_unlocked(table, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")

    with on_duckdb.engine(table) as ask:
        for query in (
            f"SELECT * FROM read_csv('{secret}')",
            "SELECT * FROM read_text('/etc/hostname')",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            f"ATTACH '{tmp_path / 'new.db'}'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SET enable_external_access = true",
            "SET allowed_directories = ['/']",
            "SELECT * FROM 'http://127.0.0.1:1/x.parquet'",
        ):
            with pytest.raises(Refused) as refusal:
                ask(query)
            assert refusal.value.codes == ("engine.failed",)

    assert not (tmp_path / "out.csv").exists()


def test_work_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(on_duckdb, "_seconds", lambda: 0.2)

    with on_duckdb.engine() as ask, pytest.raises(Refused) as refusal:
        ask(
            "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3"
        )

    assert refusal.value.codes == ("engine.too_slow",)


# Two registers side by side


def test_two_registers_are_compared_by_code(tmp_path):
    left = gathered(
        tmp_path, "code name", ("1", "敬德镇"), ("2", "城关镇"), ("3", "x"), ("3", "x"), name="left"
    )
    right = gathered(
        tmp_path, "id title", ("1", "足荣镇"), ("2", "城关镇"), ("4", "y"), name="right"
    )

    found = on_duckdb.compare(left, right, "code", "id", "name", "title")

    assert (found.both, found.same, found.differ, found.only_left, found.only_right) == (
        2,
        1,
        1,
        1,
        1,
    )
    assert (found.sample[0].key, found.sample[0].left, found.sample[0].right) == (
        "1",
        "敬德镇",
        "足荣镇",
    )


def test_the_two_real_registers_name_431_townships_differently(tmp_path, shared_data):
    registers = {}
    for name in ("mca2026", "nbs2022"):
        source = shared_data / "divisions" / f"townships_{name}_gx_cq.csv"
        with source.open(newline="") as stream:
            pairs = [(row["code"][:9], row["name"]) for row in csv.DictReader(stream)]
        registers[name] = gathered(tmp_path, "code name", *pairs, name=name)

    found = on_duckdb.compare(
        registers["mca2026"], registers["nbs2022"], "code", "code", "name", "name"
    )

    assert found.differ == 431
