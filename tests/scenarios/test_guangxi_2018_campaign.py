"""Guangxi's campaign (广西政务数据“聚通用”攻坚行动计划, 29 August 2018), from an empty hub.

The catalog campaign, the assessment and the reports are played in their own years, 2018 and 2019;
the limits of Order 809, in force since 1 August 2025, in 2026 under the same pack.
Dates are counted by hand with the State Council's notices of holidays.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.scenarios.regime import WHY, Begin, Regime, entry, limit, opened, sharing, told
from tests.share.moments import refused
from yunzhang import clock
from yunzhang.gather import systems
from yunzhang.gather.models import DataTable, InformationSystem, Resource
from yunzhang.oversee.clouds import extranet, rates, rooms
from yunzhang.oversee.duties import campaign, dated
from yunzhang.oversee.scoring import scores
from yunzhang.people.models import Case
from yunzhang.people.permissions import pack
from yunzhang.share import requests
from yunzhang.terms.codes import ShareType

CIVIL, HEALTH, AUTHORITY = "自治区民政厅", "自治区卫生健康委", "自治区数据主管部门"
CATALOG = "dated:reports:yearly_catalog:{}"  # 二(一)5 每年8月底前，更新和下发年度政务信息资源目录
TOWNSHIPS, AIDED, CLINICS = "307001/000001", "307001/000002", "307002/000001"


@pytest.fixture
def guangxi(begin: Begin) -> Regime:
    """Monday, 10 September 2018: two departments, each with its officer and its head."""
    regime = begin("guangxi-2018", date(2018, 9, 10))
    regime.found(AUTHORITY)
    for short, unit in (("civil", CIVIL), ("health", HEALTH)):
        regime.unit("guangxi.departments", unit)
        regime.post(f"{short}_officer", unit, "provider_officer")
        regime.post(f"{short}_head", unit, "sharing_body_head")
    return regime


def catalogs(regime: Regime) -> None:
    """Each department has an entry of 2018; the civil affairs one published another in May 2019."""
    entry(regime, "civil_officer", CIVIL, TOWNSHIPS, ShareType.CONDITIONAL)
    entry(regime, "health_officer", HEALTH, CLINICS, ShareType.CONDITIONAL)
    regime.skip(date(2019, 5, 6))
    entry(regime, "civil_officer", CIVIL, AIDED, ShareType.CONDITIONAL)


def linked(regime: Regime) -> None:
    """The civil affairs' entry of townships gets its live table, gathered today."""
    system = InformationSystem.objects.create(unit=regime.units[CIVIL], name="区划管理系统")
    table = DataTable.objects.create(
        system=system, name="townships", title="乡镇", source="{}", gathered_at=clock.now()
    )
    Resource.objects.filter(code=TOWNSHIPS).update(table=table)


def chiefs(regime: Regime) -> None:
    """三(二): the heads of the departments are the first to answer, as cloud chiefs."""
    regime.post("civil_chief", CIVIL, "cloud_chief")
    regime.post("health_chief", HEALTH, "cloud_chief")


def of(about: str, regime: Regime, unit: str) -> Case:
    [case] = opened(about, regime.units[unit])
    return case


def test_the_catalog_is_confirmed_by_the_end_of_august_or_late(guangxi):
    catalogs(guangxi)
    guangxi.skip(date(2019, 7, 31))
    assert not opened(CATALOG.format("2019-08-31"))
    chiefs(guangxi)
    guangxi.pass_days(date(2019, 8, 28))  # opened on 1 August, thirty days ahead
    mine = of(CATALOG.format("2019-08-31"), guangxi, CIVIL)
    theirs = of(CATALOG.format("2019-08-31"), guangxi, HEALTH)

    # Saturday the 31st stays the day. From Monday the 26th on five working days reach past it.
    assert [day for day, _ in told("civil_officer", "warned")] == [date(2019, 8, 26)]
    # The entry of 2018 must be confirmed; the one published in May 2019 is of this year.
    assert [version.resource.code for version in campaign.unconfirmed(mine)] == [TOWNSHIPS]
    assert refused(guangxi.take, "civil_head", mine, "finish") == ("campaign.entries_open",)
    campaign.confirm(guangxi.who("civil_officer"), mine, [TOWNSHIPS], why=WHY)
    guangxi.pass_days(date(2019, 8, 29))
    guangxi.take("civil_head", mine, "finish")
    guangxi.pass_days(date(2019, 9, 3))
    # What the authority itself has not done, the assessment of 2018, stands first on its desk.
    assert guangxi.desk("reviewer") == [
        "考核评分：对发布的共享资源考核并通报（2018年），2018-12-31",
        "下发年度目录：更新和下发年度政务信息资源目录（2019年），2019-08-31",
    ]
    guangxi.take("reviewer", mine, "issue")

    # The health commission is late from Sunday, 1 September; it publishes its entry anew.
    assert [day for day, _ in told("health_chief", "escalated", "逾期")] == [date(2019, 9, 1)]
    assert [day for day, _ in told("reviewer", "escalated", f"{HEALTH}逾期")] == [date(2019, 9, 1)]
    assert not told("civil_chief", "escalated")
    assert [late.unit.name for late in dated.supervised(guangxi.today)] == [AUTHORITY, HEALTH]
    guangxi.pass_days(date(2019, 9, 10))
    campaign.confirm(guangxi.who("health_officer"), theirs, [CLINICS], why=WHY)
    guangxi.take("health_officer", theirs, "finish")
    guangxi.take("reviewer", theirs, "issue")
    assert (guangxi.punctual(CIVIL), guangxi.punctual(HEALTH)) == ((1, 1), (0, 1))


def test_by_the_end_of_december_the_shared_resources_are_assessed_and_the_result_told(guangxi):
    catalogs(guangxi)
    guangxi.skip(date(2019, 8, 29))
    mine = of(CATALOG.format("2019-08-31"), guangxi, CIVIL)
    campaign.confirm(guangxi.who("civil_officer"), mine, [TOWNSHIPS], why=WHY)
    guangxi.take("civil_head", mine, "finish")
    guangxi.take("reviewer", mine, "issue")
    guangxi.skip(date(2019, 10, 8))
    linked(guangxi)
    chiefs(guangxi)
    guangxi.skip(date(2019, 12, 24))  # 二(一)5 每年12月底前: opened on 1 December
    case = of("dated:reports:yearly_assessment:2019-12-31", guangxi, AUTHORITY)

    assert refused(guangxi.take, "reviewer", case, "circulate", circular="…") == (
        "procedure.move_wrong",
    )
    guangxi.take("reviewer", case, "freeze")
    guangxi.pass_days(date(2019, 12, 27))
    closed = guangxi.take("reviewer", case, "circulate", circular="目录更新情况……")

    # Civil affairs: its one table is in the catalog (100), one of two entries has a live table
    # (50), the campaign was kept (100): 250 / 3. Health: no table, its entry is linked to none (0),
    # the campaign is overdue (0). The authority has nothing to be measured by but one missed limit:
    # the assessment of 2018, due on 31 December 2018, which nobody did.
    ranked = scores.ranking("2019")
    assert [(row.unit.name, str(row.total)) for row in ranked] == [
        (CIVIL, "83.33"),
        (HEALTH, "0.00"),
        (AUTHORITY, "0.00"),
    ]
    assert scores.places(ranked) == [1, 2, None]
    assert closed.closed_on == date(2019, 12, 27)
    for person in ("civil_chief", "civil_head", "health_chief", "health_head"):
        assert len(told(person, "told", "2019年度共享考核结果已通报")) == 1
    assert "83.33" in guangxi.page("civil_chief")


def test_systems_that_nobody_uses_are_closed_or_explained(guangxi):
    # 二(二)2 完成“僵尸”信息系统清理工作: 180 days after 10 September are over on 9 March 2019.
    for short, unit in (("civil", CIVIL), ("health", HEALTH)):
        officer = guangxi.who(f"{short}_officer")
        systems.register(officer, guangxi.units[unit], f"{unit}旧系统", "", why=WHY)
    guangxi.skip(date(2019, 3, 9))
    assert not Case.objects.filter(procedure="zombie").exists()
    guangxi.pass_days(date(2019, 3, 18))

    # Told on Sunday the 10th: 20 working days end on Monday, 8 April; 5 to 7 is Tomb-Sweeping Day.
    mine, theirs = Case.objects.filter(procedure="zombie").order_by("pk")
    assert {limit(f"case:{case.pk}", "zombie").due_on for case in (mine, theirs)} == {
        date(2019, 4, 8)
    }
    guangxi.take("civil_officer", mine, "close", zombie_reply="业务已并入一体化平台。")
    guangxi.take("reviewer", mine, "confirm")
    assert [system.state for system in InformationSystem.objects.order_by("pk")] == [
        "closed",
        "in_use",
    ]
    guangxi.pass_days(date(2019, 4, 9))
    assert [day for day, _ in told("health_officer", "expired")] == [date(2019, 4, 9)]
    assert (guangxi.punctual(CIVIL), guangxi.punctual(HEALTH)) == ((1, 1), (0, 1))


def test_progress_is_reported_whenever_the_authority_sets_a_day(guangxi):
    # 三(二) 定期将工作进展情况报…工作组: “regularly” is no day; the authority sets one.
    chiefs(guangxi)
    guangxi.unit("guangxi.working_group")
    guangxi.post("convener", "广西政务信息系统整合共享工作组", "cloud_chief_office")
    guangxi.pass_days(date(2018, 11, 12))
    day = date(2018, 11, 30)
    found = dated.open_now(guangxi.who("reviewer"), "reports", "campaign_progress", day, why=WHY)
    assert {case.parties.get(party="unit").unit.name for case in found} == {CIVIL, HEALTH}
    mine = of("dated:reports:campaign_progress:2018-11-30", guangxi, CIVIL)

    guangxi.pass_days(date(2018, 11, 29))
    guangxi.take("civil_officer", mine, "submit", report="完成两个系统迁移。")
    guangxi.take("civil_chief", mine, "sign")
    assert told("convener", "told") == [
        (date(2018, 11, 29), f"{CIVIL}报送了“工作进展情况（2018年）”")
    ]
    guangxi.pass_days(date(2018, 12, 3))
    guangxi.take("convener", mine, "accept")

    # Who reported is not called late; who did not is, from Saturday, 1 December, with its chief.
    late = [row for row in told("health_chief", "escalated") if "工作进展情况" in row[1]]
    assert [when for when, _ in late] == [date(2018, 12, 1)]
    assert limit(f"case:{mine.pk}").ended_on == date(2018, 12, 3)
    assert not [row for row in told("civil_chief", "escalated") if "工作进展情况" in row[1]]


def test_the_tasks_have_no_day_and_the_aims_end_with_june_2019(guangxi):
    without_day = {one.row.id for one in dated.undated(pack())}
    due = dated.due_between(pack(), date(2019, 6, 30), date(2019, 6, 30))

    # 二 and 三 set 21 tasks; the table with their days is the annex nobody has.
    assert {f"campaign.{number}" for number in range(1, 22)} <= without_day
    # 一(二) 从2018年9月至2019年6月: four aims.
    assert [one.row.id for one in due if one.table == "targets"] == [
        "government_cloud.2019",
        "one_net.2019",
        "opening.2019",
        "stock_cleared.2019",
    ]


def test_a_county_builds_no_data_centre_unless_it_is_approved(guangxi):
    county = guangxi.unit("guangxi.counties", "德保县人民政府", division="451024")
    guangxi.post("county_clerk", "德保县人民政府", "provider_officer")
    guangxi.pass_days(date(2018, 10, 8))
    clerk, today = guangxi.who("county_clerk"), guangxi.today

    # 二(一)1 各县（市、区）原则上不再新建: what stood before stays on record, what is new is refused.
    rooms.register(clerk, county, "老机房", "451024", date(2014, 3, 1), today, why=WHY)
    new = (clerk, county, "新机房", "451024", date(2018, 10, 8), today)
    assert refused(rooms.register, *new, why=WHY) == ("gate.shut",)
    approved = rooms.register(*new, approval="桂发改〔2018〕1号", why="确经批准")
    assert approved.approval == "桂发改〔2018〕1号"


def test_the_extranet_reaches_four_tiers(guangxi):
    for row, name in (("cities", "百色市人民政府"), ("counties", "德保县人民政府")):
        guangxi.unit(f"guangxi.{row}", name)
    today, reviewer = guangxi.today, guangxi.who("reviewer")
    for name in (CIVIL, "百色市人民政府"):
        extranet.connect(reviewer, guangxi.units[name], today, today, why=WHY)

    # 二(一)4 四级…全覆盖: of the region's three units one, the city's one, not yet the county.
    reached = rates.by_tier("gov_extranet_coverage", today)
    assert [(tier, figure.hits, figure.of) for tier, figure in reached] == [
        ("province", 1, 3),
        ("city", 1, 1),
        ("county", 0, 1),
    ]


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (date(2026, 2, 13), date(2026, 2, 14)),  # Saturday the 14th makes up for the festival
        (date(2026, 2, 14), date(2026, 2, 24)),  # Spring Festival: 15 to 23 February
        (date(2026, 9, 30), date(2026, 10, 8)),  # National Day: 1 to 7 October
        (date(2026, 10, 9), date(2026, 10, 10)),  # Saturday the 10th makes up for it
    ],
)
def test_in_2026_unconditional_data_is_answered_within_one_working_day(begin, asked, due):
    guangxi = begin("guangxi-2018", asked)
    guangxi.found(AUTHORITY)
    for name in (CIVIL, HEALTH):
        guangxi.unit("guangxi.departments", name)
    chiefs(guangxi)
    between = sharing(guangxi, (CIVIL, "civil"), (HEALTH, "health"), ShareType.UNCONDITIONAL)

    request = between.applied()  # Art. 21: one working day, the day of receipt does not count

    assert limit(f"request:{request.pk}", "C3").due_on == due
    assert refused(requests.extend, guangxi.who("reviewer"), request, why=WHY) == (
        "procedure.move_wrong",
    )
    guangxi.pass_days(due)
    requests.agree(guangxi.who("civil_head"), request, "同意", why=WHY)
    assert guangxi.punctual(CIVIL) == (1, 1)


def test_in_2026_agreed_data_comes_within_twenty_working_days_over_national_day(begin):
    guangxi = begin("guangxi-2018", date(2026, 9, 28))
    guangxi.found(AUTHORITY)
    for name in (CIVIL, HEALTH):
        guangxi.unit("guangxi.departments", name)
    between = sharing(guangxi, (CIVIL, "civil"), (HEALTH, "health"), ShareType.CONDITIONAL)
    request = between.applied()
    guangxi.pass_days(date(2026, 9, 30))

    agreed = requests.agree(guangxi.who("civil_head"), request, "同意", why=WHY)

    # Art. 22, from 8 October: 8, 9, Saturday 10 (3), 12-16 (8), 19-23 (13), 26-30 (18), 2, 3 Nov.
    assert limit(f"request:{request.pk}", "C5").due_on == date(2026, 11, 3)
    between.granted(agreed)
    # Issued is not delivered: the node has not fetched it, and its officer hears of that.
    assert guangxi.desk("civil_officer") == ["督促节点取得授权：核对申请人所在乡镇，2026-11-03"]
    guangxi.pass_days(date(2026, 11, 4))
    assert [day for day, _ in told("civil_officer", "expired")] == [date(2026, 11, 4)]
    assert guangxi.punctual(CIVIL) == (1, 2)
