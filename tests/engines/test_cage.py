"""The cage's plans: what each rule finds in small tables counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.cage_asked import ask, rows
from tests.engines.tables import gathered
from yunzhang.engines.cage_plans import PLANS
from yunzhang.engines.cage_sql import Bound
from yunzhang.packs import read
from yunzhang.terms.faults import Refused
from yunzhang.terms.identifiers import ID_CHECKS, ID_WEIGHTS

TENDER = 2_000_000


def person(number: int) -> str:
    """A citizen identity number that nobody bears: of a division that never was."""
    body = f"990101{19500101 + number % 28:08d}{number:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, ID_WEIGHTS, strict=True))
    return body + ID_CHECKS[total % 11]


def test_every_rule_has_a_plan_and_every_plan_a_rule() -> None:
    assert {row.plan for row in read("national").cage_rules} == set(PLANS)


# Purchases


@pytest.fixture
def projects(tmp_path: Path) -> Path:
    return gathered(
        tmp_path,
        "number name buyer amount method noticed_on",
        ("A-1", "城区道路养护一期", "甲局", "900000", "竞争性谈判", "2026-01-05"),
        ("A-2", "城区道路养护二期", "甲局", "￥80万元", "竞争性磋商", "2026/3/5"),
        ("A-3", "城区道路养护三期", "甲局", "人民币伍拾万元整", "询价", "2026年6月5日"),
        ("A-4", "城区道路养护四期", "甲局", "90万", "公开招标", "2026-06-06"),
        ("A-5", "城区道路养护五期", "乙局", "900000", "竞争性谈判", "2026-01-05"),
        ("A-6", "医疗设备采购", "甲局", "1999999.99", "竞争性谈判", "20260301"),
        ("A-7", "城区道路养护六期", "甲局", "面议", "竞争性谈判", "2026-02-01"),
        ("A-8", "信息化平台", "丙局", "2000000", "单一来源", "2026-02-01"),
        ("A-8", "信息化平台", "丙局", "0.00", "", "不详"),
    )


def test_purchases_of_one_buyer_with_like_names_are_one_hit_when_their_sum_passes_the_limit(
    projects: Path,
) -> None:
    outcome = ask("split_purchase", {"projects": projects})

    # 900,000 + 800,000 + 500,000 of 甲局; the open tender, 乙局 and the unread price stay out.
    assert [(found.subject, rows(outcome)[0]) for found in outcome.found] == [("A-1", [1, 2, 3])]


def test_purchases_outside_the_time_or_below_the_limit_together_are_none(projects: Path) -> None:
    apart = ask("split_purchase", {"projects": projects}, window_days=100)
    equal = ask("split_purchase", {"projects": projects}, tender_yuan=2_200_000)
    other_names = ask("split_purchase", {"projects": projects}, alike_percent=95)

    assert (rows(apart), rows(equal), rows(other_names)) == ([], [], [])


def test_what_cannot_be_read_is_counted_with_its_rows(projects: Path) -> None:
    outcome = ask("split_purchase", {"projects": projects})

    told = {one.field: (one.blank, one.unreadable, one.rows) for one in outcome.unread}
    assert told == {
        "amount": (0, 1, (7,)),
        "method": (1, 0, ()),
        "noticed_on": (0, 1, (9,)),
    }
    assert outcome.read == {"projects": 9}


@pytest.mark.parametrize(
    ("id", "found"),
    [
        ("below_threshold", [[6]]),
        ("untendered", [[8]]),
        ("method_unstated", [[9]]),
        ("repeated_number", [[8, 9]]),
        ("budget_doubtful", [[7], [9]]),
    ],
)
def test_single_purchases_are_found_by_their_own_numbers(
    projects: Path, id: str, found: list[list[int]]
) -> None:
    assert rows(ask(id, {"projects": projects})) == found


def test_a_bound_reason_or_approval_changes_what_is_asked(tmp_path: Path) -> None:
    table = gathered(
        tmp_path,
        "number amount method reason approval",
        ("1", "3000000", "单一来源", "", "财采批〔2026〕1号"),
        ("2", "3000000", "单一来源", "专利", ""),
        ("3", "3000000", "公开招标", "", ""),
    )

    assert rows(ask("method_unstated", {"projects": table})) == [[1]]
    assert rows(ask("untendered", {"projects": table})) == [[2]]


def test_a_tender_one_day_short_or_closed_before_it_began_is_found(tmp_path: Path) -> None:
    table = gathered(
        tmp_path,
        "number issued_on closes_on",
        ("1", "2026-03-01", "2026-03-21"),
        ("2", "2026-03-01", "2026-03-20"),
        ("3", "2026-03-05", "2026-03-01"),
        ("4", "2026-02-30", "2026-03-01"),
    )

    outcome = ask("tender_hurried", {"tenders": table})

    assert rows(outcome) == [[2], [3]]
    assert [(one.field, one.rows) for one in outcome.unread] == [("issued_on", (4,))]


def test_bidders_of_one_project_under_one_head_or_address_are_found(tmp_path: Path) -> None:
    table = gathered(
        tmp_path,
        "number bidder head address",
        ("1", "甲公司", "张某", "一路1号"),
        ("1", "乙公司", "张某", "二路2号"),
        ("1", "丙公司", "李某", "三路3号"),
        ("2", "甲公司", "张某", "一路1号"),
        ("2", "丁公司", "王某", "一路1号"),
        ("3", "甲公司", "张某", ""),
        ("3", "甲公司", "张某", ""),
    )

    outcome = ask("bidders_one_head", {"bids": table})

    assert sorted(map(tuple, rows(outcome))) == [(1, 2), (4, 5)]


def test_somebody_who_serves_the_buyer_and_the_winner_relates_them(tmp_path: Path) -> None:
    awards = gathered(
        tmp_path,
        "number buyer winner",
        ("1", "甲局", "甲公司"),
        ("2", "甲局", "乙公司"),
        ("3", "甲局", "甲局"),
        name="awards",
    )
    relations = gathered(
        tmp_path,
        "organisation person position",
        ("甲局", person(1), "科长"),
        ("甲公司", person(1), "股东"),
        ("乙公司", person(2), "经理"),
        ("乙公司", "990101195001010019", "校验位错误"),
        name="relations",
    )

    outcome = ask("winner_related", {"awards": awards, "relations": relations})

    [found] = outcome.found
    told = [(one.source, one.row) for one in found.rows]
    assert told == [("awards", 1), ("relations", 1), ("relations", 2)]


# Money paid


def test_only_payments_after_the_days_allowed_are_paid_to_the_dead(tmp_path: Path) -> None:
    payments = gathered(
        tmp_path,
        "person_id paid_on amount",
        (person(1), "2026-03-01", "800"),
        (person(1), "2026-03-05", "800"),
        (f" {person(1).lower()} ", "2026-04-05", "800"),
        (person(2), "2026-12-01", "800"),
        ("123456", "2026-12-01", "800"),
        name="payments",
    )
    deaths = gathered(
        tmp_path, "dead_id died_on", (person(1), "2026-02-01"), ("123456", "2020-01-01"),
        name="deaths",
    )  # fmt: skip

    outcome = ask("subsidy_after_death", {"payments": payments, "deaths": deaths})

    # 31 days after 2026-02-01 is 2026-03-04.
    [found] = outcome.found
    assert [(one.source, one.row) for one in found.rows] == [
        ("deaths", 1),
        ("payments", 2),
        ("payments", 3),
    ]
    assert {one.field: one.unreadable for one in outcome.unread} == {"person_id": 1, "dead_id": 1}


def test_one_month_on_two_payrolls_is_a_transfer_and_two_months_are_not(tmp_path: Path) -> None:
    table = gathered(
        tmp_path,
        "person_id employer month",
        (person(1), "甲局", "2026-01"),
        (person(1), "乙局", "202601"),
        (person(1), "乙局", "2026年2月"),
        (person(2), "甲局", "2026-01"),
        (person(2), "丙中心", "2026/1"),
        (person(2), "甲局", "2026-02"),
        (person(2), "丙中心", "2026-02"),
        (person(2), "甲局", "2026-13"),
    )

    outcome = ask("two_payrolls", {"payroll": table})

    assert rows(outcome) == [[4, 5, 6, 7]]
    assert [(one.field, one.unreadable) for one in outcome.unread] == [("month", 1)]


def test_an_approval_at_its_limit_is_within_it(tmp_path: Path) -> None:
    table = gathered(
        tmp_path,
        "number amount most",
        ("1", "100万元", "1000000"),
        ("2", "1000000.01", "100万元"),
        ("3", "1100000", "1000000"),
        ("4", "", "1000000"),
    )

    assert rows(ask("approval_beyond", {"approvals": table})) == [[2], [3]]
    assert rows(ask("approval_beyond", {"approvals": table}, over_percent=10)) == [[3]]


# Whatever stands in the tables


def test_a_column_that_is_gone_is_named_with_all_others(tmp_path: Path) -> None:
    table = gathered(tmp_path, "number amount", ("1", "2"))
    columns = {"amount": Bound(column="钱"), "method": Bound(column="方式")}

    with pytest.raises(Refused) as refused:
        ask("untendered", {"projects": table}, columns)

    assert refused.value.codes == ("cage.column_gone", "cage.column_gone")


def test_names_of_columns_and_values_are_never_taken_for_sql(tmp_path: Path) -> None:
    table = gathered(
        tmp_path,
        "written yuan rows_ file",
        ("1'; DROP TABLE projects; --", "二百万元'", '"', "单一来源"),
        ("2", "3000000", "{tender_yuan}", "单一来源"),
    )
    columns = {
        "number": Bound(column="written"),
        "amount": Bound(column="yuan"),
        "name": Bound(column="rows_"),
        "method": Bound(column="file"),
    }

    outcome = ask("untendered", {"projects": table}, columns)

    assert rows(outcome) == [[1], [2]]
    assert outcome.found[0].rows[0].values["number"] == "1'; DROP TABLE projects; --"


def test_a_run_that_is_cut_keeps_whole_hits_only_and_says_so(tmp_path: Path) -> None:
    most = read("national").limit("cage.rows_found")
    table = gathered(tmp_path, "number", *((f"{(n + 1) // 2:06d}",) for n in range(most + 1)))

    outcome = ask("repeated_number", {"projects": table}, times=1)

    # The first number stands in one row, the others in two; of the last one is beyond the limit.
    sizes = [len(found.rows) for found in outcome.found]
    assert outcome.cut
    assert (sizes[0], set(sizes[1:]), sum(sizes)) == (1, {2}, most - 1)


UNTIMED = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
ROW = st.tuples(
    st.sampled_from(["甲局", "乙局"]),
    st.integers(0, TENDER + 200_000),
    st.sampled_from(["询价", "公开招标", ""]),
    st.integers(0, 500),
)


@UNTIMED
@given(st.lists(ROW, min_size=1, max_size=12))
def test_every_hit_of_every_number_stands_within_it_and_none_is_missed(
    tmp_path: Path, made: list[tuple[str, int, str, int]]
) -> None:
    first = date(2026, 1, 1)
    table = gathered(
        tmp_path,
        "number name buyer amount method noticed_on",
        *(
            (str(n), "道路养护", buyer, str(yuan), method, str(first + timedelta(days=after)))
            for n, (buyer, yuan, method, after) in enumerate(made)
        ),
    )

    below = {row for hit in rows(ask("below_threshold", {"projects": table})) for row in hit}
    above = {row for hit in rows(ask("untendered", {"projects": table})) for row in hit}
    split = rows(ask("split_purchase", {"projects": table}, window_days=90))

    assert below == {
        n for n, (_, yuan, method, _) in enumerate(made, 1)
        if TENDER * 9 <= yuan * 10 < TENDER * 10 and method == "询价"
    }  # fmt: skip
    assert above == {n for n, row in enumerate(made, 1) if row[1] >= TENDER and row[2] == "询价"}
    assert {frozenset(hit) for hit in split} == _split(made)


def _split(made: list[tuple[str, int, str, int]]) -> set[frozenset[int]]:
    """Groups that pass the limit together, counted row by row; the largest only."""
    small = [(n, *row) for n, row in enumerate(made, 1) if row[1] < TENDER and row[2] != "公开招标"]
    groups = set()
    for _, buyer, _, _, day in small:
        held = [row for row in small if row[1] == buyer and day <= row[4] <= day + 90]
        if len(held) > 1 and sum(row[2] for row in held) > TENDER:
            groups.add(frozenset(row[0] for row in held))
    return {one for one in groups if not any(one < other for other in groups)}
