"""Liuzhou's reform (柳州市政务数据资源管理与应用改革实施方案, 24 March 2020), from an empty hub.

The 17 key tasks are played in their own years, 2020 to 2023; five of them have two days, June in the
text and December in the table. The limits of Order 809, in force since 1 August 2025, are played in
2026 under the same pack. Dates are counted by hand with the State Council's notices of holidays.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.scenarios.regime import WHY, Begin, Regime, limit, opened, sharing, told
from tests.share.moments import refused
from yunzhang.gather import clouds, networks
from yunzhang.gather.clouds import CloudForm
from yunzhang.oversee.clouds import rooms
from yunzhang.oversee.duties import dated
from yunzhang.people import calendar
from yunzhang.people.models import Case
from yunzhang.people.permissions import pack
from yunzhang.share import corrections, lists, requests
from yunzhang.terms.codes import ShareType

BUREAU, COUNTY, CIVIL, WELFARE = "柳州市大数据发展局", "柳江区人民政府", "市民政局", "市残联"
TASK = "dated:tasks:liuzhou.{}:{}"
DEPARTMENTS = ("approval_bureau", "finance", "cyberspace", "police", "development_reform",
               "inspection", "justice", "congress_office")  # fmt: skip


def founded(regime: Regime) -> Regime:
    """The units of the plan's table, a county district, and two of “all departments of the city”."""
    regime.found(BUREAU, "liuzhou.data_bureau")
    for row in (*DEPARTMENTS, "group_office", "it_centre", "government"):
        regime.unit(f"liuzhou.{row}")
    regime.unit("liuzhou.counties", COUNTY)
    for name in (CIVIL, WELFARE):
        regime.unit("liuzhou.departments", name)
    regime.post("bureau_clerk", BUREAU, "provider_officer")
    regime.post("bureau_chief", BUREAU, "cloud_chief")
    regime.post("planner", "数字柳州建设领导小组办公室", "planning_office")
    return regime


def of(number: int, day: str) -> dict[str, Case]:
    """The cases of a task of the table on a day, by the unit that owes it."""
    return {each.parties.get(party="unit").unit.name: each for each in opened(TASK.format(number, day))}  # fmt: skip


def done(regime: Regime, clerk: str, case: Case) -> Case:
    """A task is reported with its evidence; the leading group's office accepts it (五(二))."""
    regime.take(clerk, case, "hand_in", progress="已出台。", evidence="柳政办发〔2020〕号")
    assert f"审核完成情况：{case.title}" in " ".join(regime.desk("planner"))
    return regime.take("planner", case, "accept")


def test_of_two_days_the_earlier_is_the_deadline_and_both_are_shown(begin: Begin) -> None:
    liuzhou = founded(begin("liuzhou-2020", date(2020, 4, 1)))
    liuzhou.skip(date(2020, 5, 30))
    assert not of(1, "2020-06-30")
    liuzhou.pass_days(date(2020, 6, 29))  # opened on 31 May, thirty days ahead of 四(一)'s day

    first = of(1, "2020-06-30")
    assert set(first) == {BUREAU}  # 牵头单位 reports; 市级各部门、县区政府 are parties
    helping = {row.unit.name for row in first[BUREAU].parties.filter(party="duty")}
    assert {COUNTY, CIVIL, WELFARE, "市财政局"} <= helping
    assert not {"柳州市信息化建设管理中心", "数字柳州建设领导小组办公室"} & helping
    # 分工表 says December: no case of its own, but the day stands beside the deadline.
    assert not of(1, "2020-12-31")
    assert dated.other_days(first[BUREAU]) == "2020-12-31 (附件:重点任务分工表 第1项)"
    # Five working days before Tuesday the 30th: Dragon Boat is 25 to 27, Sunday the 28th is worked:
    # 23, 24, 28, 29, 30 from Monday the 22nd.
    assert {day for day, _ in told("bureau_clerk", "warned", "云资源集约")} == {date(2020, 6, 22)}

    for number in (1, 2, 3):
        done(liuzhou, "bureau_clerk", of(number, "2020-06-30")[BUREAU])
    [report] = opened("dated:reports:quarterly_progress:2020-06-30")  # the region's plan holds too
    liuzhou.take("bureau_clerk", report, "submit", report="上云三个系统。")
    liuzhou.take("bureau_chief", report, "sign")
    liuzhou.take("reviewer", report, "accept")

    # Standards (4) and the one channel (5) are late from 1 July, whatever the table says.
    liuzhou.pass_days(date(2020, 7, 1))
    assert [day for day, _ in told("bureau_chief", "escalated", f"{BUREAU}逾期")] == [
        date(2020, 7, 1)
    ] * 2
    assert [case.title for case in _late(liuzhou)] == [
        "加快制定数据治理统一标准",
        "加快构建数据管理统一渠道",
    ]
    liuzhou.skip(date(2020, 8, 28))
    done(liuzhou, "bureau_clerk", of(4, "2020-06-30")[BUREAU])
    # Three tasks and the report in time, one task late, one still open.
    assert liuzhou.punctual(BUREAU) == (4, 6)
    assert [case.title for case in _late(liuzhou)] == ["加快构建数据管理统一渠道"]


def _late(regime: Regime) -> list[Case]:
    """What stands under key supervision, of the bureau."""
    late = dated.supervised(regime.today).filter(unit=regime.units[BUREAU])
    return [Case.objects.get(number=each.reference) for each in late.order_by("pk")]


def test_three_units_that_lead_together_each_report(begin: Begin) -> None:
    liuzhou = founded(begin("liuzhou-2020", date(2021, 5, 31)))
    liuzhou.post("police_clerk", "市公安局", "provider_officer")
    liuzhou.post("net_chief", "市委网信办", "cloud_chief")

    # Rows 11 to 13: 2021年6月底前完成, the cyberspace office, the police and the bureau.
    liuzhou.work()
    for number in (11, 12, 13):
        assert set(of(number, "2021-06-30")) == {"市委网信办", "市公安局", BUREAU}
    liuzhou.pass_days(date(2021, 6, 28))
    for number in (11, 12, 13):
        done(liuzhou, "police_clerk", of(number, "2021-06-30")["市公安局"])
    liuzhou.pass_days(date(2021, 7, 1))

    assert liuzhou.punctual("市公安局") == (3, 3)
    assert liuzhou.punctual("市委网信办")[0] == 0
    assert len(told("net_chief", "escalated", "市委网信办逾期")) == 4  # with the quarter's report
    assert not told("net_chief", "escalated", "市公安局")


def test_the_last_rows_are_due_in_june_2023_each_department_its_own(begin: Begin) -> None:
    liuzhou = founded(begin("liuzhou-2020", date(2023, 5, 31)))
    liuzhou.post("civil_clerk", CIVIL, "provider_officer")
    liuzhou.pass_days(date(2023, 6, 30))

    assert set(of(15, "2023-06-30")) == {BUREAU}
    duty = of(15, "2023-06-30")[BUREAU].parties.filter(party="duty")
    assert {row.unit.name for row in duty} == {"市司法局", "市人大办公室"}
    # Row 17: 市级各部门 lead, so each of the ten departments reports on its own trade.
    assert len(of(17, "2023-06-30")) == 10
    assert {COUNTY, BUREAU} & set(of(17, "2023-06-30")) == set()
    # Dragon Boat is 22 to 24 June, Sunday the 25th is worked: 26 to 30 are the five days after it.
    assert [day for day, _ in told("civil_clerk", "warned")] == [date(2023, 6, 25)]
    done(liuzhou, "civil_clerk", of(17, "2023-06-30")[CIVIL])
    assert (liuzhou.punctual(CIVIL), liuzhou.punctual(WELFARE)) == ((1, 1), (0, 0))
    liuzhou.pass_days(date(2023, 7, 1))
    assert liuzhou.punctual(WELFARE) == (0, 1)


@pytest.fixture
def under_the_plan(settings: object) -> None:
    settings.PACK = "liuzhou-2020"  # type: ignore[attr-defined]


@pytest.mark.usefixtures("under_the_plan", "db")
def test_what_holds_from_the_day_of_issue_is_never_late_and_targets_are_not_handed_in() -> None:
    from_issue = dated.due_between(pack(), date(2020, 3, 24), date(2020, 3, 24))
    end_2022 = dated.due_between(pack(), date(2022, 12, 31), date(2022, 12, 31))
    targets = [one for one in dated.fixed(pack()) if one.row.id.startswith(("township", "fully"))]

    # Rows 7 to 10 and 14: 从文件印发之日起实施, a day to begin on, not to be late after.
    assert [one.row.id for one in from_issue] == [f"liuzhou.{n}" for n in (10, 14, 7, 8, 9)]
    assert not any(one.opens for one in from_issue)
    # Row 6 by the end of 2022, in the text and in the table alike.
    assert "liuzhou.6" in [one.row.id for one in end_2022 if one.opens]
    # 四(一)6: 30% by the end of 2020, 50% by 2021, all by 2022.
    assert [(one.on, one.row.value) for one in targets if hasattr(one.row, "value")] == [
        (date(2020, 12, 31), 30),
        (date(2021, 12, 31), 50),
        (date(2022, 12, 31), 100),
    ]


def test_no_cloud_room_or_network_is_built_anew_unless_it_is_approved(begin: Begin) -> None:
    liuzhou = founded(begin("liuzhou-2020", date(2020, 4, 1)))
    liuzhou.post("civil_clerk", CIVIL, "provider_officer")
    clerk, civil, today = liuzhou.who("civil_clerk"), liuzhou.units[CIVIL], liuzhou.today

    # 四(一)1 and 2: 原则上不再新建, from the day of issue, 24 March.
    cloud = CloudForm("民政云", "department", today)
    assert refused(clouds.register, clerk, civil, cloud, why=WHY) == ("gate.shut",)
    room = (clerk, civil, "民政机房", "450200", today, today)
    assert refused(rooms.register, *room, why=WHY) == ("gate.shut",)
    new = (clerk, civil, "民政专网", date(2020, 3, 24), today)
    assert refused(networks.register, *new, why=WHY) == ("gate.shut",)
    assert networks.register(*new, approval="柳数据〔2020〕2号", why="确经批准").approval
    # The one of the day before is older than the plan.
    networks.register(clerk, civil, "低保专网", date(2020, 3, 23), today, why=WHY)


def test_an_incomplete_request_gets_one_notice_and_then_the_whole_limit(begin: Begin) -> None:
    liuzhou = founded(begin("liuzhou-2020", date(2026, 4, 29)))
    between = sharing(liuzhou, (CIVIL, "civil"), (WELFARE, "welfare"), ShareType.CONDITIONAL)
    request = between.applied()
    # Art. 21, ten working days: 30 April; Labour Day is 1 to 5 May; 6, 7, 8, Saturday the 9th, 11-15.
    assert limit(f"request:{request.pk}", "C4").due_on == date(2026, 5, 15)

    liuzhou.pass_days(date(2026, 5, 7))
    head = liuzhou.who("civil_head")
    requests.notice(head, request, ["缺三定规定条款", "缺使用人员名单"], why=WHY)
    assert liuzhou.desk("welfare_officer") == ["补正申请：核对申请人所在乡镇，2026-05-15"]
    liuzhou.pass_days(date(2026, 5, 20))  # it rests: nobody is warned or late
    assert told("civil_head", "warned") == told("civil_head", "expired") == []
    basis = {"legal_basis": "《残疾人保障法》第四十六条"}
    requests.complete(liuzhou.who("welfare_officer"), request, basis, why=WHY)

    # Anew from 20 May: 21, 22, 25-29, 1-3 June. A second notice is refused (一次性告知).
    assert limit(f"request:{request.pk}", "C4").due_on == date(2026, 6, 3)
    assert refused(requests.notice, head, request, ["再补一份"], why=WHY) == (
        "request.notice_once",
    )
    liuzhou.pass_days(date(2026, 6, 3))
    requests.refuse(head, request, "beyond_scope", "", "所列用途不属于履职范围", why=WHY)
    assert liuzhou.punctual(CIVIL) == (1, 1)
    assert told("welfare_head", "told", "市民政局不同意共享")


def test_a_doubt_is_verified_within_ten_working_days_over_two_festivals(begin: Begin) -> None:
    liuzhou = founded(begin("liuzhou-2020", date(2026, 9, 20)))
    between = sharing(liuzhou, (CIVIL, "civil"), (WELFARE, "welfare"), ShareType.CONDITIONAL)
    liuzhou.pass_days(date(2026, 9, 21))
    officer = liuzhou.who("welfare_officer")
    case = corrections.ask(officer, between.resource, ["区划名称"], "与公告不符", why=WHY)
    other = corrections.ask(officer, between.resource, ["联系电话"], "多为空号", why=WHY)

    # Art. 26: 22, 23, 24; Mid-Autumn 25-27; 28, 29, 30; National Day 1-7; 8, 9, Saturday 10, 12.
    assert limit(f"case:{case.pk}", "C6").due_on == date(2026, 10, 12)
    liuzhou.pass_days(date(2026, 10, 12))
    assert [day for day, _ in told("civil_officer", "warned")] == [date(2026, 10, 9)] * 2
    liuzhou.take("civil_officer", case, "correct", finding="已按公告更正")
    assert told("welfare_officer", "told", "已按公告更正")

    # The other is over on the 13th, and three working days late on Thursday the 15th.
    liuzhou.pass_days(date(2026, 10, 15))
    assert [day for day, _ in told("civil_officer", "expired")] == [date(2026, 10, 13)]
    late = told("reviewer", "escalated", f"{CIVIL}逾期 3 个工作日未办结（2026-10-12 到期）")
    assert [day for day, _ in late] == [date(2026, 10, 15)]
    assert limit(f"case:{other.pk}", "C6").ended_on is None
    assert liuzhou.punctual(CIVIL) == (1, 2)


def test_a_limit_that_reaches_a_year_without_its_notice_is_provisional(begin: Begin) -> None:
    liuzhou = founded(begin("liuzhou-2020", date(2026, 12, 24)))
    between = sharing(liuzhou, (CIVIL, "civil"), (WELFARE, "welfare"), ShareType.CONDITIONAL)
    subject = f"request:{between.applied().pk}"

    # 25, 28-31 December; by weekdays alone 1, 4, 5, 6, 7 January.
    running = limit(subject, "C4")
    assert (running.due_on, running.provisional) == (date(2027, 1, 7), True)
    assert "2027" in " ".join(fault.sentence() for fault in calendar.warnings(liuzhou.today))

    # The authority enters the year, New Year's Day a holiday: the limit moves, and its people know.
    liuzhou.pass_days(date(2026, 12, 28))
    reviewer = liuzhou.who("reviewer")
    calendar.set_day(reviewer, date(2027, 1, 1), False, "元旦", why="录入放假安排")
    calendar.set_year(reviewer, 2027, "国务院办公厅通知", why="录入放假安排")
    liuzhou.pass_days(date(2026, 12, 29))
    running = limit(subject, "C4")
    assert (running.due_on, running.provisional) == (date(2027, 1, 8), False)
    [(day, said)] = told("civil_head", "told", "因工作日历调整")
    assert (day, "由 2027-01-07 改为 2027-01-08" in said) == (date(2026, 12, 29), True)


def test_the_four_lists_of_the_plan_are_issued_under_its_names(begin: Begin) -> None:
    liuzhou = founded(begin("liuzhou-2020", date(2026, 3, 2)))
    between = sharing(liuzhou, (CIVIL, "civil"), (WELFARE, "welfare"), ShareType.CONDITIONAL)
    between.applied()
    kinds = ("sharing", "demand", "responsibility", "negative")

    issued = [lists.publish(liuzhou.who("reviewer"), kind, why=WHY) for kind in kinds]

    # 四(一)4 编制…共享清单、开放需求清单、责任清单和负面清单: the four lists, by those names.
    assert [lists.title(kind) for kind in kinds] == [
        "共享清单",
        "开放需求清单",
        "责任清单",
        "负面清单",
    ]
    assert [issue.lines for issue in issued] == [1, 1, 1, 0]
