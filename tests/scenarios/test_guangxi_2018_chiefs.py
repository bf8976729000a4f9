"""Guangxi's cloud chiefs (广西全面建立“云长制”工作方案, 29 August 2018), from an empty hub.

The dated duties are played in their own years, 2018 and 2019. The procedures of Order 809, in force
since 1 August 2025, are played in 2026 under the same pack, the order standing beneath it.
Dates are counted by hand with the State Council's notices of holidays.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.scenarios.regime import WHY, Begin, Regime, limit, opened, sharing, told
from tests.share.moments import refused
from yunzhang import clock
from yunzhang.oversee.duties import dated, supervision
from yunzhang.oversee.duties.supervision import Concern
from yunzhang.oversee.seats import chiefs, handovers
from yunzhang.oversee.seats.chiefs import Warrant
from yunzhang.people import delegations, identity
from yunzhang.people.models import Case, FactRow, Post
from yunzhang.people.permissions import pack
from yunzhang.share import lists, requests
from yunzhang.terms.codes import ShareType
from yunzhang.terms.document import decode

QUARTER = "dated:reports:quarterly_progress:{}"  # 四(三) 每季度末要向本级云长制办公室报送
CIVIL, HEALTH, NANNING = "自治区民政厅", "自治区卫生健康委", "南宁市人民政府"
OFFICE, STATISTICS = "自治区云长制办公室", "自治区统计局"


def founded(regime: Regime) -> Regime:
    """Three units with a chief, one without, and the office of the region (二(一), 二(二))."""
    regime.found("自治区数据主管部门")
    regime.unit("guangxi.leading_group")
    regime.unit("guangxi.cloud_chief_office", under="数字广西建设领导小组")
    regime.post("office", OFFICE, "cloud_chief_office")
    for name in (CIVIL, HEALTH, STATISTICS):
        regime.unit("guangxi.departments", name)
    regime.unit("guangxi.cities", NANNING)
    for short, unit in (("civil", CIVIL), ("health", HEALTH), ("nanning", NANNING)):
        regime.post(f"{short}_chief", unit, "cloud_chief")
        regime.post(f"{short}_clerk", unit, "provider_officer")
    return regime


@pytest.fixture
def guangxi(begin: Begin) -> Regime:
    """Monday, 3 September 2018, the week after the plan was issued."""
    return founded(begin("guangxi-2018", date(2018, 9, 3)))


def hand_in(regime: Regime, short: str, case: Case, report: str = "上云三个系统。") -> None:
    """The unit writes its report and its chief signs it."""
    regime.take(f"{short}_clerk", case, "submit", report=report)
    regime.take(f"{short}_chief", case, "sign")


def owed(regime: Regime, day: str) -> dict[str, Case]:
    """The quarter's report of each unit that owes it."""
    found = opened(QUARTER.format(day))
    return {case.parties.get(party="unit").unit.name: case for case in found}


def test_at_the_end_of_september_2018_the_first_reports_are_due(guangxi):
    guangxi.work()

    # 四(三): units with a chief report; the statistics bureau has none and owes nothing.
    cases = owed(guangxi, "2018-09-30")
    assert set(cases) == {CIVIL, HEALTH, NANNING}
    assert guangxi.desk("civil_clerk") == ["起草报告：云工程推进情况（2018年第3季度），2018-09-30"]

    # Saturday the 29th and Sunday the 30th are working days before National Day, Monday the 24th
    # is Mid-Autumn: five working days before the 30th is Tuesday the 25th.
    guangxi.pass_days(date(2018, 9, 30))
    warning = "限期任务：还有 5 个工作日到期（2018-09-30） · 云工程推进情况（2018年第3季度）"
    assert told("health_clerk", "warned") == [(date(2018, 9, 25), warning)]

    # Sunday is the last day: it stays the day the plan names, and is kept by who signs on it.
    hand_in(guangxi, "civil", cases[CIVIL])
    hand_in(guangxi, "nanning", cases[NANNING])
    guangxi.pass_days(date(2018, 10, 8))
    for unit in (CIVIL, NANNING):
        guangxi.take("office", cases[unit], "accept")
        assert guangxi.punctual(unit) == (1, 1)

    # The health commission has missed it: its chief and the authority know on 1 October.
    assert [day for day, _ in told("health_clerk", "expired")] == [date(2018, 10, 1)]
    assert [day for day, _ in told("health_chief", "escalated")] == [date(2018, 10, 1)]
    assert [day for day, _ in told("reviewer", "escalated", "逾期")] == [date(2018, 10, 1)]
    assert told("civil_chief", "escalated") == told("nanning_chief", "escalated") == []
    assert guangxi.punctual(HEALTH) == (0, 1)
    desk = guangxi.page("health_chief")
    assert "云工程推进情况（2018年第3季度）" in desk
    assert "2018-09-30" in desk


def test_a_late_report_that_is_sent_back_is_late_again(guangxi):
    guangxi.work()
    case = owed(guangxi, "2018-09-30")[HEALTH]
    guangxi.pass_days(date(2018, 10, 9))
    assert [one.subject for one in dated.supervised(guangxi.today)] == [
        f"case:{each.pk}" for each in owed(guangxi, "2018-09-30").values()
    ]

    hand_in(guangxi, "health", case)
    guangxi.pass_days(date(2018, 10, 10))
    guangxi.take("office", case, "return", reason="没有写明云工程项目。")
    assert guangxi.desk("health_clerk") == ["起草报告：云工程推进情况（2018年第3季度），2018-09-30"]
    guangxi.pass_days(date(2018, 10, 12))
    hand_in(guangxi, "health", case, "上云三个系统：甲、乙、丙；云工程两项。")
    closed = guangxi.take("office", case, "accept")

    # Both times it was handed in late stay on record (docs/decisions/dates.md).
    assert closed.closed_on == date(2018, 10, 12)
    assert guangxi.punctual(HEALTH) == (0, 2)
    assert [day for day, _ in told("health_chief", "escalated")] == [
        date(2018, 10, 1),
        date(2018, 10, 11),
    ]


def test_a_chief_presses_for_what_is_late_by_a_day_and_closes_it(guangxi):
    # 一(二) 强化监督; 四(三) 对…有关责任人员履职情况进行督查: the chief sets the day.
    guangxi.pass_days(date(2018, 10, 8))
    case = owed(guangxi, "2018-09-30")[HEALTH]
    concern = Concern(f"case:{case.pk}", case.title, guangxi.units[HEALTH])
    order = supervision.order(guangxi.who("health_chief"), concern, date(2018, 10, 12), why="限期")
    assert guangxi.desk("health_clerk")[-1] == (
        "办理并报送督办事项：云工程推进情况（2018年第3季度），2018-10-12"
    )

    guangxi.pass_days(date(2018, 10, 11))
    hand_in(guangxi, "health", case)
    guangxi.take("health_clerk", order, "hand_in", progress="已补报。")
    closed = guangxi.take("health_chief", order, "close")

    # What was pressed for was kept, the report itself was late: the office has still to accept it.
    assert closed.closed_on == date(2018, 10, 11)
    guangxi.take("office", case, "accept")
    assert guangxi.punctual(HEALTH) == (1, 2)


def test_the_year_ends_on_a_holiday_and_a_deputy_signs_for_the_chief(guangxi):
    guangxi.skip(date(2018, 11, 30))
    assert not owed(guangxi, "2018-12-31")
    guangxi.pass_days(date(2018, 12, 24))  # opened thirty days ahead, on 1 December
    cases = owed(guangxi, "2018-12-31")
    assert set(cases) == {CIVIL, HEALTH, NANNING}

    chief = guangxi.who("nanning_chief")
    [post] = Post.objects.filter(person=chief.person)
    deputy = guangxi.post("deputy", NANNING, "consumer_officer")
    delegations.delegate(chief, post, deputy, date(2018, 12, 24), date(2018, 12, 31), why="出差")
    # The 31st is a holiday with the 30th and New Year's Day; Saturday the 29th is worked instead.
    # Five working days reach past the 31st from the 25th on: 26, 27, 28, 29 and 2 January.
    guangxi.pass_days(date(2018, 12, 29))
    assert [day for day, text in told("nanning_clerk", "warned") if "第4季度" in text] == [
        date(2018, 12, 25)
    ]
    guangxi.take("nanning_clerk", cases[NANNING], "submit", report="全年上云九个系统。")
    guangxi.take("deputy", cases[NANNING], "sign")

    signed = FactRow.objects.filter(subject=f"case:{cases[NANNING].pk}").latest("number")
    assert signed.person == deputy
    assert decode(signed.content, dict)["for"] == f"person:{chief.person.pk}"
    assert limit(f"case:{cases[NANNING].pk}").rested_on == date(2018, 12, 29)


def test_every_quarter_of_2019_is_asked_for_and_a_new_chief_answers(guangxi):
    guangxi.skip(date(2019, 5, 31))
    assert [len(owed(guangxi, day)) for day in ("2019-03-31", "2019-06-30", "2019-09-30")] == [
        3,
        3,
        0,
    ]  # the second quarter is opened on 31 May, thirty days before 30 June

    # 云长由主要负责人担任 (二(一)): a new head of the department is its chief from 3 June on.
    reviewer, old = guangxi.who("reviewer"), guangxi.who("civil_chief")
    guangxi.pass_days(date(2019, 6, 3))
    [post] = Post.objects.filter(person=old.person)
    identity.relieve(reviewer, post, why="职务变动", to_date=date(2019, 6, 2))
    guangxi.post("civil_new_chief", CIVIL, "cloud_chief")
    guangxi.pass_days(date(2019, 7, 1))

    late = told("civil_new_chief", "escalated")
    assert [(day, "2019年第2季度" in text) for day, text in late] == [(date(2019, 7, 1), True)]
    assert not told("civil_chief", "escalated", "2019年第2季度")


def test_the_third_party_evaluation_is_organised_once_a_year_and_circulated(guangxi):
    # 四(三) 每年组织第三方…进行评估，并对评估结果进行通报: no month is named, so by 31 December.
    guangxi.skip(date(2018, 12, 20))
    [case] = opened("dated:reports:third_party_evaluation:2018-12-31")
    assert case.parties.get(party="unit").unit.name == OFFICE

    guangxi.take("office", case, "evaluated", report="第三方评估报告：使用率偏低。")
    closed = guangxi.take("office", case, "circulate", circular="各单位云工程使用情况……")

    assert closed.closed_on == date(2018, 12, 20)
    assert guangxi.punctual(OFFICE) == (1, 1)
    for chief in ("civil_chief", "health_chief", "nanning_chief"):
        assert len(told(chief, "told", "各单位云工程使用情况")) == 1


def test_the_aims_of_2020_stand_beside_the_reports_of_their_last_day(guangxi):
    due = dated.due_between(pack(), date(2020, 12, 31), date(2020, 12, 31))

    # 一(三) 到2020年: six aims; nobody hands one in. The third quarter's report comes round too.
    aims = [one.row.id for one in due if one.table == "targets"]
    assert aims == [
        "applications.2020",
        "chiefs_everywhere.2020",
        "cloud_migration.2020",
        "one_cloud.2020",
        "platforms.2020",
        "volume_grows.2020",
    ]
    assert "quarterly_progress" in {one.row.id for one in due if one.opens}


def test_in_2026_a_reply_is_extended_over_spring_festival_and_is_late_all_the_same(begin):
    guangxi = founded(begin("guangxi-2018", date(2026, 2, 10)))
    between = sharing(guangxi, (CIVIL, "civil"), (HEALTH, "health"), ShareType.CONDITIONAL)
    request = between.applied()

    # Art. 21, ten working days: 11, 12, 13, Saturday the 14th; the festival is 15 to 23 February;
    # 24, 25, 26, 27, Saturday the 28th, Monday 2 March.
    assert limit(f"request:{request.pk}", "C4").due_on == date(2026, 3, 2)
    guangxi.pass_days(date(2026, 3, 2))
    assert [day for day, _ in told("civil_head", "warned")] == [date(2026, 2, 27)]
    # The authority consents on the last day: ten more working days end on 16 March. Not twice.
    requests.extend(guangxi.who("reviewer"), request, why="数据需要脱敏")
    assert limit(f"request:{request.pk}", "C4").due_on == date(2026, 3, 16)
    assert told("health_head", "told", "答复期限延长至 2026-03-16")
    assert refused(requests.extend, guangxi.who("reviewer"), request, why=WHY) == ("clock.final",)

    # Warned anew two working days before; over on the 17th; up to the chief and the authority
    # when three working days late, on Thursday the 19th.
    guangxi.pass_days(date(2026, 3, 20))
    assert [day for day, _ in told("civil_head", "warned")][1:] == [date(2026, 3, 12)]
    assert [day for day, _ in told("civil_head", "expired")] == [date(2026, 3, 17)]
    assert [day for day, _ in told("civil_chief", "escalated")] == [date(2026, 3, 19)]
    assert not told("health_chief", "escalated")
    assert "核对申请人所在乡镇" in guangxi.page("civil_head")

    agreed = requests.agree(guangxi.who("civil_head"), request, "同意", why=WHY)
    # Art. 22, twenty working days from Friday 20 March; 4 to 6 April are Tomb-Sweeping Day.
    assert limit(f"request:{request.pk}", "C5").due_on == date(2026, 4, 20)
    guangxi.pass_days(date(2026, 3, 31))
    [report] = opened(QUARTER.format("2026-03-31"), guangxi.units[CIVIL])
    hand_in(guangxi, "civil", report)
    guangxi.take("office", report, "accept")
    guangxi.pass_days(date(2026, 4, 8))
    between.granted(agreed)
    between.fetched()

    # The reply was late; the delivery and the quarter's report were in time.
    assert guangxi.punctual(CIVIL) == (2, 3)


def test_the_lists_of_the_plan_are_issued_from_the_catalog(begin):
    guangxi = founded(begin("guangxi-2018", date(2026, 3, 2)))
    sharing(guangxi, (CIVIL, "civil"), (HEALTH, "health"), ShareType.CONDITIONAL)

    issue = lists.publish(guangxi.who("reviewer"), "sharing", why=WHY)

    # 三(三) 发布政务数据资源共享清单和开放清单, under the names the plan gives them.
    assert (lists.title("sharing"), lists.title("opening")) == (
        "政务数据资源共享清单",
        "政务数据资源开放清单",
    )
    assert (issue.number, issue.lines) == (1, 1)
    assert refused(lists.publish, guangxi.who("reviewer"), "sharing", why=WHY) == (
        "list.nothing_new",
    )


def test_the_register_stands_at_two_levels_and_a_seat_left_empty_is_missed(guangxi):
    # 附件 自治区、市两级云长名录: the annex itself is not in the text; the register is kept here.
    guangxi.unit("guangxi.cities", "柳州市人民政府")
    civil = Post.objects.get(person__username="civil_chief")
    paper = Warrant("桂政干〔2018〕7号", date(2018, 8, 30), office="厅长")
    chiefs.record(guangxi.who("reviewer"), civil, paper, why=WHY)

    levels = {one.unit.name: one.unit.tier for one in chiefs.register(guangxi.today)}
    assert levels == {CIVIL: "province", HEALTH: "province", NANNING: "city", OFFICE: "province"}
    # 各设区市要设立云长: Liuzhou owes one since it stands on record; the statistics bureau is
    # in no list of 各有关部门 and owes none.
    [empty] = [one for one in chiefs.vacancies(guangxi.today) if one.role.id == "cloud_chief"]
    assert (empty.unit.name, empty.since) == ("柳州市人民政府", date(2018, 9, 3))

    # The chief of Nanning leaves on Friday the 14th; the hub lists what is open on Saturday.
    guangxi.pass_days(date(2018, 9, 10))
    [post] = Post.objects.filter(person__username="nanning_chief")
    identity.relieve(guangxi.who("reviewer"), post, why="调任", to_date=date(2018, 9, 14))
    guangxi.pass_days(date(2018, 9, 17))
    handover = post.handover
    assert handover.opened_at.astimezone(clock.BEIJING).date() == date(2018, 9, 15)
    [line] = handover.lines.all()
    assert (line.kind, line.due_on) == ("duty", date(2018, 9, 30))
    missed = {one.unit.name: one.since for one in chiefs.vacancies(guangxi.today) if one.unit}
    assert missed[NANNING] == date(2018, 9, 15)

    guangxi.post("nanning_new", NANNING, "cloud_chief")
    assert guangxi.desk("nanning_new") == ["接收移交事项：南宁市人民政府：nanning_chief"]
    handovers.take(guangxi.who("nanning_new"), handover, [line.pk], why="逐项核对")
    assert guangxi.desk("nanning_new") == []
    page = guangxi.page("civil_clerk", "/chiefs?on=2018-09-10")
    assert "nanning_chief" in page
    assert "nanning_new" not in page.partition("<main")[2]
