"""Chongqing's cloud chiefs (重庆市全面推行“云长制”, a newspaper's account of August 2019).

The dated duties are played in their own year, 2019. The limits of Order 809, in force since
1 August 2025, and what follows a misuse are played in 2026 under the same pack.
Dates are counted by hand with the State Council's notices of holidays.
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.scenarios.regime import WHY, Begin, Regime, limit, opened, sharing, told
from tests.share.moments import refused
from yunzhang.gather import clouds, systems
from yunzhang.gather.clouds import CloudForm
from yunzhang.gather.models import Cloud
from yunzhang.oversee.clouds import plans, rates, rooms
from yunzhang.oversee.clouds.plans import Plan
from yunzhang.oversee.duties import dated
from yunzhang.oversee.seats import chiefs
from yunzhang.oversee.seats.chiefs import Warrant
from yunzhang.people import identity
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Case, FactRow, Post
from yunzhang.people.permissions import pack
from yunzhang.protect.verify import verify_certificate
from yunzhang.share import disposals, misuse, requests
from yunzhang.share.models import GrantRow
from yunzhang.terms.codes import ShareType

BUREAU, OFFICE, ASSESSORS = "重庆市大数据应用发展管理局", "市“云长制”办公室", "市考核办"
TRANSPORT, FARMING, YUZHONG, LIANGJIANG = "市交通局", "市农业农村委", "渝中区人民政府", "两江新区"
UNITS = {"transport": TRANSPORT, "farming": FARMING, "yuzhong": YUZHONG, "liangjiang": LIANGJIANG}


def founded(regime: Regime) -> Regime:
    """Head chief, sector chief, and the chief of each unit; their office and the assessors."""
    regime.found(BUREAU, "chongqing.data_bureau")
    regime.unit("chongqing.government")
    regime.unit("chongqing.cloud_chief_office", under=BUREAU)
    regime.unit("chongqing.assessment_office")
    for short, unit in UNITS.items():
        kind = "departments" if short in ("transport", "farming") else "districts"
        regime.unit(f"chongqing.{kind}", unit)
        regime.post(f"{short}_chief", unit, "cloud_chief")
        regime.post(f"{short}_clerk", unit, "provider_officer")
    regime.post("mayor", "重庆市人民政府", "head_cloud_chief")
    regime.post("vice_mayor", "重庆市人民政府", "vice_head_cloud_chief")
    regime.post("office", OFFICE, "cloud_chief_office")
    regime.post("assessor", ASSESSORS, "assessment_office")
    return regime


@pytest.fixture
def chongqing(begin: Begin) -> Regime:
    """Monday, 5 August 2019: “from this month on” the office sees to the aims."""
    return founded(begin("chongqing-2019", date(2019, 8, 5)))


def of(table: str, id: str, day: str) -> dict[str, Case]:
    """The cases of a duty on a day, by the unit that owes it."""
    found = opened(f"dated:{table}:{id}:{day}")
    return {case.parties.get(party="unit").unit.name: case for case in found}


def hand_in(regime: Regime, short: str, case: Case) -> None:
    """The unit's clerk reports the task done; the office takes it in."""
    regime.take(f"{short}_clerk", case, "hand_in", progress="已完成。", evidence="合同编号")
    regime.take("office", case, "accept")


def test_a_vendor_is_chosen_before_september_and_who_has_none_goes_up_to_the_head(chongqing):
    chongqing.work()
    cases = of("tasks", "choose_vendor", "2019-08-31")  # 今年9月前: read as the end of August
    assert set(cases) == set(UNITS.values())

    # Saturday the 31st stays the day: 27, 28, 29, 30 August and 2 September follow the 26th.
    chongqing.pass_days(date(2019, 8, 30))
    assert [day for day, _ in told("farming_clerk", "warned")] == [date(2019, 8, 26)]
    for short in ("transport", "yuzhong", "liangjiang"):
        hand_in(chongqing, short, cases[UNITS[short]])
    chongqing.pass_days(date(2019, 9, 1))

    # The unit's own chief and the authority; the head of all chiefs and the office by the list of
    # key supervision; no other unit's chief.
    for person in ("farming_chief", "reviewer"):
        assert [day for day, _ in told(person, "escalated", f"{FARMING}逾期")] == [date(2019, 9, 1)]
    for person in ("mayor", "office"):
        said = told(person, "escalated", "列入重点督查")
        assert [(day, FARMING in text) for day, text in said] == [(date(2019, 9, 1), True)]
    assert told("transport_chief", "escalated") == told("vice_mayor", "escalated") == []
    assert [late.unit.name for late in dated.supervised(chongqing.today)] == [FARMING]
    assert FARMING in chongqing.page("mayor")
    assert (chongqing.punctual(TRANSPORT), chongqing.punctual(FARMING)) == ((1, 1), (0, 1))

    chongqing.pass_days(date(2019, 9, 4))
    hand_in(chongqing, "farming", cases[FARMING])
    assert not dated.supervised(chongqing.today)
    assert chongqing.punctual(FARMING) == (0, 1)


def test_the_years_migration_is_done_before_december(chongqing):
    chongqing.skip(date(2019, 10, 30))
    assert not of("tasks", "yearly_migration", "2019-11-30")
    chongqing.pass_days(date(2019, 10, 31))  # thirty days ahead
    assert of("tasks", "yearly_migration", "2019-11-30")
    chongqing.skip(date(2019, 11, 22))
    chongqing.pass_days(date(2019, 11, 29))
    cases = of("tasks", "yearly_migration", "2019-11-30")  # 到12月前: read as the end of November

    # Saturday the 30th: 26, 27, 28, 29 November and 2 December follow Monday the 25th.
    assert [day for day, _ in told("yuzhong_clerk", "warned", "迁移上云计划")] == [
        date(2019, 11, 25)
    ]
    hand_in(chongqing, "yuzhong", cases[YUZHONG])
    chongqing.pass_days(date(2019, 12, 1))
    late = told("liangjiang_chief", "escalated", "迁移上云计划")
    assert [day for day, _ in late] == [date(2019, 12, 1)]
    assert not told("yuzhong_chief", "escalated", "迁移上云计划")


def test_districts_hand_in_their_plans_on_the_day_the_office_sets(chongqing):
    # The account gives the plans of districts no day: 报…办公室审核.
    set_for = date(2019, 10, 31)
    refused_day = refused(
        dated.open_now, chongqing.who("office"), "tasks", "district_plans", date(2019, 8, 1), why=WHY
    )  # fmt: skip
    dated.open_now(chongqing.who("office"), "tasks", "district_plans", set_for, why=WHY)
    cases = of("tasks", "district_plans", "2019-10-31")
    assert refused_day == ("dated.day_over",)
    assert set(cases) == {YUZHONG, LIANGJIANG}  # departments owe none

    chongqing.skip(date(2019, 10, 8))
    clerk, case = "yuzhong_clerk", cases[YUZHONG]
    chongqing.take(clerk, case, "hand_in", progress="方案一稿。", evidence="附件")
    chongqing.take("office", case, "return", reason="没有结合业务类型。")
    chongqing.pass_days(date(2019, 10, 21))
    chongqing.take(clerk, case, "hand_in", progress="方案二稿。", evidence="附件")
    closed = chongqing.take("office", case, "accept")
    assert closed.closed_on == date(2019, 10, 21)
    assert limit(f"case:{case.pk}").rested_on == date(2019, 10, 21)


def test_the_chiefs_report_to_the_meeting_their_head_calls(chongqing):
    # 由总云长定期召开云长会议: “regularly” is no day; the office opens it for the day called.
    dated.open_now(chongqing.who("office"), "reports", "chiefs_meeting", date(2019, 9, 20), why=WHY)
    cases = of("reports", "chiefs_meeting", "2019-09-20")
    assert set(cases) == set(UNITS.values())

    # Mid-Autumn is 13 to 15 September: 16 to 20 are the five working days after Thursday the 12th.
    chongqing.pass_days(date(2019, 9, 16))
    assert {day for day, _ in told("transport_clerk", "warned", "履职情况")} == {date(2019, 9, 12)}
    chongqing.take("transport_clerk", cases[TRANSPORT], "submit", report="系统上云80%。")
    chongqing.take("transport_chief", cases[TRANSPORT], "sign")
    assert told(
        "mayor", "told", f"{TRANSPORT}报送了"
    )  # 听取各单位履职情况: it goes to the government
    chongqing.take("office", cases[TRANSPORT], "accept")
    # What is late stands before what is near.
    assert chongqing.desk("farming_clerk") == [
        "落实任务并报送完成情况：自主选定1家云服务商，做好迁移准备，2019-08-31",
        "起草报告：总云长召开云长会议，听取履职情况（2019年），2019-09-20",
    ]


def test_the_year_is_assessed_and_every_chief_learns_the_result(chongqing):
    chongqing.skip(date(2019, 12, 20))  # opened on 1 December for the last day of the year
    [case] = of("reports", "yearly_performance", "2019-12-31").values()
    assert chongqing.desk("assessor") == [
        "考核评估云长制落实情况：纳入年度目标绩效考核（2019年），2019-12-31"
    ]

    chongqing.take("assessor", case, "assessed", report="上云率总体达到76%。")
    closed = chongqing.take("assessor", case, "circulate", circular="评估结果与立项挂钩。")

    assert closed.closed_on == date(2019, 12, 20)
    for short in UNITS:
        assert len(told(f"{short}_chief", "told", "评估结果与立项挂钩")) == 1


def test_six_fields_want_a_sector_chief_who_sees_the_units_of_the_field(chongqing):
    # The account names six fields to begin with (首批在…等6个系统).
    def empty() -> set[str]:
        return {one.field for one in chiefs.vacancies(chongqing.today) if one.field}

    assert empty() == {"政法", "组工", "城乡建设", "交通", "农业", "对外开放"}
    chongqing.post("road_leader", "重庆市人民政府", "sector_cloud_chief")
    [post] = Post.objects.filter(person__username="road_leader")
    reviewer = chongqing.who("reviewer")
    paper = Warrant("渝委办〔2019〕31号", date(2019, 8, 2), office="副市长", field="交通")
    chiefs.record(reviewer, post, paper, why=WHY)
    chiefs.set_fields(reviewer, chongqing.units[TRANSPORT], ["交通"], why=WHY)
    assert empty() == {"政法", "组工", "城乡建设", "农业", "对外开放"}

    # The vendor both departments have not chosen by the end of August: the sector chief is shown
    # the one of the field, the head chief both.
    chongqing.work()
    chongqing.pass_days(date(2019, 9, 2))
    red = chongqing.page("road_leader").partition('id="red"')[2].partition("</section>")[0]
    below = chongqing.page("road_leader").partition('id="below"')[2].partition("</section>")[0]
    assert TRANSPORT in red
    assert FARMING not in red + below
    assert "transport_chief" in below
    assert FARMING in chongqing.page("mayor").partition('id="below"')[2]

    # The farming chief leaves without a successor: owed since the day after, and told so.
    [farming] = Post.objects.filter(person__username="farming_chief")
    identity.relieve(reviewer, farming, why="调任", to_date=date(2019, 9, 2))
    chongqing.pass_days(date(2019, 9, 4))
    [missed] = [one for one in chiefs.vacancies(chongqing.today) if one.role.id == "cloud_chief"]
    assert missed.unit is not None
    assert (missed.unit.name, missed.since) == (FARMING, date(2019, 9, 3))


def test_the_five_groups_of_aims_end_with_2019_2020_and_2021(chongqing):
    ends = {one.row.id: one.on for one in dated.fixed(pack()) if one.table == "targets"}

    of_2019 = {"cloud.2019", "consolidation.2019", "focus.2019", "security_process.2019"}
    assert {id for id, on in ends.items() if on == date(2019, 12, 31)} == of_2019
    assert len([on for on in ends.values() if on == date(2020, 12, 31)]) == 7
    assert ends["demonstrations.2021"] == date(2021, 12, 31)


def planned(regime: Regime, short: str, name: str, cloud: Cloud, by: date) -> Case:
    """A system of a unit, its plan to move to the city's cloud agreed by head and authority."""
    clerk = regime.who(f"{short}_clerk")
    system = systems.register(clerk, regime.units[UNITS[short]], name, "", why=WHY)
    case = plans.propose(clerk, system, Plan("cloud", by, cloud=cloud), "分步迁移", why=WHY)
    regime.take(f"{short}_head", case, "approve")
    return regime.take("reviewer", case, "accept")


def prove(regime: Regime, short: str, case: Case) -> None:
    regime.take(f"{short}_clerk", case, "prove", migration_proof="割接报告")
    regime.take("reviewer", case, "confirm")


def on_the_cloud(regime: Regime) -> tuple[str, bool | None]:
    """The city's rate and whether it reaches the aim of 2019."""
    found = {row.rule.id: row for row in rates.measured(regime.units.values(), regime.today)}
    rate = found["cloud_migration_rate"]
    [aim] = [target for target in rate.targets if target.id == "cloud.2019"]
    return str(rate.figure.percent), rate.met(aim)


def test_three_of_four_systems_on_the_cloud_reach_the_aim_of_2019(chongqing):
    for short in ("transport", "farming"):
        chongqing.post(f"{short}_head", UNITS[short], "sharing_body_head")
    form = CloudForm("“数字重庆”云平台", "region", date(2018, 6, 1))
    cloud = clouds.register(chongqing.who("reviewer"), chongqing.units[BUREAU], form, why=WHY)
    chongqing.skip(date(2019, 10, 21))
    mine, theirs = "transport", "farming"
    first = [planned(chongqing, mine, name, cloud, date(2019, 11, 30)) for name in ("运政", "公路")]
    second = [
        planned(chongqing, theirs, name, cloud, date(2019, 11, 30)) for name in ("农资", "农机")
    ]

    # 2019年…总体达到75%: counted from the register, which changes when the proof is confirmed.
    chongqing.skip(date(2019, 11, 20))
    for case in first:
        prove(chongqing, mine, case)
    assert on_the_cloud(chongqing) == ("50.00", False)
    chongqing.pass_days(date(2019, 11, 29))
    prove(chongqing, theirs, second[0])
    assert on_the_cloud(chongqing) == ("75.00", True)

    # The fourth is late from Sunday, 1 December; the aim is reached without it.
    chongqing.pass_days(date(2019, 12, 1))
    assert [day for day, _ in told("farming_chief", "escalated", "农机")] == [date(2019, 12, 1)]


def test_from_2020_on_no_machine_room_is_built(chongqing):
    yuzhong, clerk = chongqing.units[YUZHONG], chongqing.who("yuzhong_clerk")
    chongqing.skip(date(2019, 12, 31))
    rooms.register(
        clerk, yuzhong, "旧机房", "500103", date(2012, 5, 1), chongqing.today, why=WHY
    )  # fmt: skip
    chongqing.pass_days(date(2020, 1, 2))

    # 从明年起…不再新建、改扩建: said without “in principle”, so no approval lets one through.
    new = (clerk, yuzhong, "新机房", "500103", date(2020, 1, 1), chongqing.today)
    assert refused(rooms.register, *new, approval="渝发改〔2020〕1号", why=WHY) == ("gate.shut",)


def granted(regime: Regime) -> GrantRow:
    """A grant of 10 March 2026 for ninety days, fetched by the provider's node that day."""
    between = sharing(regime, (TRANSPORT, "road"), (FARMING, "farm"), ShareType.CONDITIONAL)
    agreed = requests.agree(regime.who("road_head"), between.applied(), "同意", why=WHY)
    grant = between.granted(agreed)
    between.fetched()
    return grant


def test_in_2026_a_misuse_that_is_not_put_right_ends_the_grant_and_the_data(begin: Begin) -> None:
    chongqing = founded(begin("chongqing-2019", date(2026, 3, 10)))
    chongqing.post("auditor", BUREAU, "auditor")
    grant = granted(chongqing)
    chongqing.pass_days(date(2026, 4, 7))

    auditor = chongqing.who("auditor")
    case = misuse.report(auditor, grant, "调用量超出用途", violation="40-1", why="日常审计")
    chongqing.take("road_head", case, "suspend", problem="夜间整库下载")
    assert GrantRow.objects.get().state == "suspended"
    assert told("farm_head", "told", "授权已暂停（夜间整库下载）")
    chongqing.pass_days(date(2026, 4, 14))
    chongqing.take("farm_officer", case, "report", rectification="已停用该系统。")
    chongqing.take("road_head", case, "again", problem="没有说明已下载数据的去向")
    chongqing.pass_days(date(2026, 4, 21))
    closed = chongqing.take("road_head", case, "terminate", reason="逾期未整改")

    # Art. 27: what was fetched is disposed of as the provider wants it, and certified.
    assert (closed.step, GrantRow.objects.get().state) == ("terminated", "ended")
    disposal = disposals.case_of(GrantRow.objects.get())
    assert disposal is not None
    chongqing.take("farm_officer", disposal, "done", disposal="已删除。")
    chongqing.take("road_officer", disposal, "reject", reason="没有写明备份。")
    chongqing.take("farm_officer", disposal, "done", disposal="已删除，备份同步清除。")
    chongqing.pass_days(date(2026, 4, 23))
    chongqing.take("road_officer", disposal, "confirm")
    paper = disposals.certificate(disposal)
    assert paper is not None
    found = disposals.opened(paper)
    assert (found.done, found.confirmed_at.day) == ("已删除，备份同步清除。", 23)
    assert verify_certificate(bytes(paper.file or b""), hub_key().public.text).ok


def test_in_2026_a_grant_ends_on_its_day_and_its_data_is_owed_back(begin: Begin) -> None:
    chongqing = founded(begin("chongqing-2019", date(2026, 3, 10)))
    grant = granted(chongqing)

    # Ninety days from 10 March: 21 of March, 30 of April, 31 of May, and 8 June.
    chongqing.skip(date(2026, 6, 7))
    assert GrantRow.objects.get().state == "active"
    chongqing.pass_days(date(2026, 6, 8))

    ended = FactRow.objects.get(deed="grant.ended")
    assert (GrantRow.objects.get().state, ended.person) == ("ended", None)
    assert disposals.case_of(grant) is not None
    assert "按要求处置数据：核对申请人所在乡镇" in chongqing.desk("farm_officer")


def test_in_2026_an_unanswered_request_goes_to_the_units_own_chief_first(begin: Begin) -> None:
    chongqing = founded(begin("chongqing-2019", date(2026, 4, 3)))
    between = sharing(chongqing, (TRANSPORT, "road"), (FARMING, "farm"), ShareType.UNCONDITIONAL)

    request = between.applied()  # one working day; Tomb-Sweeping Day is 4 to 6 April

    assert limit(f"request:{request.pk}", "C3").due_on == date(2026, 4, 7)
    chongqing.pass_days(date(2026, 4, 10))
    assert [day for day, _ in told("road_head", "expired")] == [date(2026, 4, 8)]
    # Three working days late on Friday the 10th: up to the chief and the authority, no further.
    assert [day for day, _ in told("transport_chief", "escalated")] == [date(2026, 4, 10)]
    assert [day for day, _ in told("reviewer", "escalated")] == [date(2026, 4, 10)]
    assert told("mayor", "escalated") == told("farming_chief", "escalated") == []
