"""Whole years of three regimes, from an empty hub: what falls due, what is kept, missed and told.

Each plays on without a break for a year or more; the courses in their parts stand in the files of
the documents. Dates are counted by hand with the State Council's notices of holidays.
"""

from __future__ import annotations

from datetime import date

from tests.scenarios import test_chongqing_2019 as cq
from tests.scenarios import test_guangxi_2022 as gx
from tests.scenarios import test_liuzhou_2020 as lz
from tests.scenarios.regime import WHY, Begin, Regime, opened, told
from yunzhang.oversee.duties import dated
from yunzhang.people.models import Case

QUARTERS = ("2020-06-30", "2020-09-30", "2020-12-31", "2021-03-31", "2021-06-30")
QUARTER = "dated:reports:quarterly_progress:{}"
CATALOG = "dated:reports:yearly_catalog:{}"
ASSESSMENT = "dated:reports:yearly_assessment:{}"


def of(regime: Regime, about: str, unit: str) -> Case:
    [case] = opened(about, regime.units[unit])
    return case


def reported(regime: Regime, day: str) -> None:
    """The bureau's report of a quarter: drafted, signed by its chief, taken in."""
    case = of(regime, QUARTER.format(day), lz.BUREAU)
    regime.take("bureau_clerk", case, "submit", report="上云和共享的进展。")
    regime.take("bureau_chief", case, "sign")
    regime.take("reviewer", case, "accept")


def assessed(regime: Regime, day: str, authority: str) -> Case:
    case = of(regime, ASSESSMENT.format(day), authority)
    regime.take("reviewer", case, "freeze")
    return regime.take("reviewer", case, "circulate", circular="年度考核情况")


def test_liuzhou_from_april_2020_to_july_2021(begin: Begin) -> None:
    liuzhou = lz.founded(begin("liuzhou-2020", date(2020, 4, 1)))
    liuzhou.post("civil_clerk", lz.CIVIL, "provider_officer")
    liuzhou.post("civil_head", lz.CIVIL, "sharing_body_head")

    # 四: five tasks of the text and the quarter's report by Tuesday, 30 June.
    liuzhou.skip(date(2020, 6, 24))
    for number in range(1, 6):
        lz.done(liuzhou, "bureau_clerk", lz.of(number, "2020-06-30")[lz.BUREAU])
    liuzhou.pass_days(date(2020, 6, 29))
    reported(liuzhou, "2020-06-30")

    # Guangxi's campaign holds under it: each of the ten departments owes its catalog by 31 August.
    liuzhou.skip(date(2020, 8, 27))
    assert len(opened(CATALOG.format("2020-08-31"))) == 10
    mine = of(liuzhou, CATALOG.format("2020-08-31"), lz.CIVIL)
    liuzhou.take("civil_head", mine, "finish")
    liuzhou.take("reviewer", mine, "issue")
    liuzhou.pass_days(date(2020, 9, 1))
    late = {row.unit.name for row in dated.supervised(liuzhou.today)}
    assert len(late) == 9
    assert lz.WELFARE in late
    assert lz.CIVIL not in late

    # The third quarter's report is forgotten over National Day, and handed in on 12 October.
    liuzhou.skip(date(2020, 9, 28))
    liuzhou.pass_days(date(2020, 10, 12))
    missed = told("bureau_chief", "escalated", "2020年第3季度")
    assert [day for day, _ in missed] == [date(2020, 10, 1)]
    reported(liuzhou, "2020-09-30")

    # The year's end falls on a Thursday: report and assessment are done the day before.
    liuzhou.skip(date(2020, 12, 30))
    reported(liuzhou, "2020-12-31")
    closed = assessed(liuzhou, "2020-12-31", lz.BUREAU)
    assert closed.closed_on == date(2020, 12, 30)
    liuzhou.skip(date(2021, 3, 30))
    reported(liuzhou, "2021-03-31")

    # Rows 11 to 13 of the table by June 2021, three units each; the bureau does two of its three.
    liuzhou.skip(date(2021, 6, 28))
    for number in (11, 12):
        lz.done(liuzhou, "bureau_clerk", lz.of(number, "2021-06-30")[lz.BUREAU])
    reported(liuzhou, "2021-06-30")
    liuzhou.pass_days(date(2021, 7, 1))
    last = lz.of(13, "2021-06-30")[lz.BUREAU].title
    assert [day for day, _ in told("bureau_chief", "escalated", last)] == [date(2021, 7, 1)]

    # Of the year since 2 July 2020: Q3 missed; Q4 and assessment kept; Q1 kept; in June three of
    # four kept. The six limits of June 2020, all kept, are older than a year.
    assert liuzhou.punctual(lz.BUREAU) == (6, 8)
    assert (liuzhou.punctual(lz.CIVIL), liuzhou.punctual(lz.WELFARE)) == ((1, 1), (0, 1))
    reports = [opened(QUARTER.format(day)) for day in QUARTERS]
    assert [len(each) for each in reports] == [1] * 5


def test_guangxi_from_february_2022_to_february_2023(begin: Begin) -> None:
    guangxi = gx.founded(begin("guangxi-2022", date(2022, 2, 7)))
    guangxi.post("police_head", gx.POLICE, "sharing_body_head")
    reviewer = "reviewer"

    # (五) and (八) have no day in the text: the authority sets the ends of June and December.
    dated.open_now(
        guangxi.who(reviewer), "tasks", "article.5", date(2022, 6, 30), why="(五)"
    )  # fmt: skip
    fifth = gx.of(5, "2022-06-30")
    guangxi.skip(date(2022, 6, 27))
    guangxi.take("police_clerk", fifth[gx.POLICE], "hand_in", progress="已明确。", evidence="文")
    guangxi.take(reviewer, fifth[gx.POLICE], "accept")
    guangxi.pass_days(date(2022, 7, 1))
    assert [day for day, _ in told("market_chief", "escalated")] == [date(2022, 7, 1)]

    # The campaign of 2018 goes on: Wednesday, 31 August; the police in time, the market not.
    guangxi.skip(date(2022, 8, 29))
    mine = of(guangxi, CATALOG.format("2022-08-31"), gx.POLICE)
    guangxi.take("police_head", mine, "finish")
    guangxi.take(reviewer, mine, "issue")
    guangxi.pass_days(date(2022, 9, 1))
    assert [day for day, _ in told("market_chief", "escalated", "年度政务信息资源目录")] == [
        date(2022, 9, 1)
    ]

    # (十一) 定期对目录进行保密风险评估: “regularly” is opened by hand, for the end of November.
    guangxi.skip(date(2022, 10, 24))
    by = date(2022, 11, 30)
    reviews = dated.open_now(guangxi.who(reviewer), "reports", "secrecy_review", by, why="(十一)")
    assert len(reviews) == 6
    guangxi.skip(date(2022, 11, 28))
    eighth = dated.open_now(
        guangxi.who(reviewer), "tasks", "article.8", date(2022, 12, 30), why="(八)"
    )
    assert len(eighth) == 5
    guangxi.pass_days(date(2022, 12, 1))
    assert [day for day, _ in told("police_chief", "escalated", "保密风险评估")] == [
        date(2022, 12, 1)
    ]

    # The year ends on a Saturday, a holiday: the assessment's day stays, it is done on the 29th.
    guangxi.skip(date(2022, 12, 29))
    for clerk, unit in (("police_clerk", gx.POLICE), ("market_clerk", gx.MARKET)):
        case = gx.of(8, "2022-12-30")[unit]
        guangxi.take(clerk, case, "hand_in", progress="已接入。", evidence="清单")
        guangxi.take(reviewer, case, "accept")
    closed = assessed(guangxi, "2022-12-31", gx.BUREAU)
    assert closed.closed_on == date(2022, 12, 29)
    assert len(told("police_chief", "told", "2022年度共享考核结果已通报")) == 1
    guangxi.skip(date(2023, 2, 7))

    # Police: article 5, catalog, article 8 kept, the review missed. Market: article 8 alone kept.
    assert (guangxi.punctual(gx.POLICE), guangxi.punctual(gx.MARKET)) == ((3, 4), (1, 4))
    # The bureau leads article 8 too, and has not reported on it.
    assert guangxi.punctual(gx.BUREAU) == (1, 2)
    listed = {row.unit.name for row in dated.supervised(guangxi.today)}
    assert listed >= {gx.POLICE, gx.MARKET, gx.BUREAU, gx.CITY_CIVIL}


def test_chongqing_from_august_2019_to_september_2020(begin: Begin) -> None:
    chongqing = cq.founded(begin("chongqing-2019", date(2019, 8, 5)))
    transport, farming = cq.UNITS["transport"], cq.UNITS["farming"]

    # 今年9月前 a vendor: farming is a day late.
    chongqing.work()
    vendors = cq.of("tasks", "choose_vendor", "2019-08-31")
    for short in ("transport", "yuzhong", "liangjiang"):
        cq.hand_in(chongqing, short, vendors[cq.UNITS[short]])
    chongqing.skip(date(2019, 8, 30))
    chongqing.pass_days(date(2019, 9, 1))
    cq.hand_in(chongqing, "farming", vendors[farming])
    assert [day for day, _ in told("mayor", "escalated", farming)] == [date(2019, 9, 1)]

    # 到12月前 the year's migration: all four in time.
    chongqing.skip(date(2019, 11, 29))
    for short, unit in cq.UNITS.items():
        cq.hand_in(chongqing, short, cq.of("tasks", "yearly_migration", "2019-11-30")[unit])

    # 纳入年度目标绩效考核, by the last of the year.
    chongqing.skip(date(2019, 12, 27))
    [case] = cq.of("reports", "yearly_performance", "2019-12-31").values()
    chongqing.take("assessor", case, "assessed", report="上云率总体达到76%。")
    chongqing.take("assessor", case, "circulate", circular="评估结果与立项挂钩。")

    # 定期召开云长会议: the head calls one for Wednesday, 24 June 2020, the day before Dragon Boat.
    chongqing.skip(date(2020, 6, 1))
    day = date(2020, 6, 24)
    meeting = dated.open_now(chongqing.who("office"), "reports", "chiefs_meeting", day, why=WHY)
    assert len(meeting) == 4
    chongqing.pass_days(date(2020, 6, 23))
    mine = cq.of("reports", "chiefs_meeting", "2020-06-24")[transport]
    chongqing.take("transport_clerk", mine, "submit", report="系统上云80%。")
    chongqing.take("transport_chief", mine, "sign")
    chongqing.take("office", mine, "accept")
    # Wednesday the 24th: 18, 19, 22, 23, 24 are the five working days after the 17th.
    assert [on for on, _ in told("farming_clerk", "warned", "履职情况")] == [date(2020, 6, 17)]
    chongqing.pass_days(date(2020, 6, 25))
    assert [on for on, _ in told("farming_chief", "escalated", "履职情况")] == [date(2020, 6, 25)]
    assert chongqing.punctual(transport) == (3, 3)
    assert chongqing.punctual(farming) == (1, 3)

    # A year later the first limit is out of the figure; what is still open is not.
    chongqing.skip(date(2020, 9, 5))
    assert chongqing.punctual(transport) == (2, 2)
    assert chongqing.punctual(farming) == (1, 2)
    # The next year's performance is not yet asked for: it opens thirty days before its day.
    assert not cq.of("reports", "yearly_performance", "2020-12-31")
