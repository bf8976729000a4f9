"""Guangxi's opinions on coordinating sharing (28 January 2022), from an empty hub.

They set no day but the end of 2022 and of 2023 for their aims; the tasks are opened on days the
authority sets, in 2022. The limits of Order 809, in force since 1 August 2025, the needs outside the
catalog and the disputes are played in 2026 under the same pack.
Dates are counted by hand with the State Council's notices of holidays.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from django.conf import LazySettings

from tests.scenarios.regime import (
    WHY,
    Begin,
    Regime,
    Sharing,
    entry,
    limit,
    opened,
    sharing,
    told,
)
from tests.share.moments import refused
from yunzhang.gather import duties
from yunzhang.oversee.duties import dated
from yunzhang.people import facts
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Case, FactRow, Turn
from yunzhang.people.permissions import pack
from yunzhang.protect.verify import verify_log
from yunzhang.share import backflow, disputes, lists, needs, requests
from yunzhang.share.models import ShareRequest
from yunzhang.terms.codes import ShareType

BUREAU, POLICE, MARKET = "自治区大数据发展局", "自治区公安厅", "自治区市场监管局"
REFORM, LAND, JUSTICE = "自治区发展改革委", "自治区自然资源厅", "自治区司法厅"
CITY_CIVIL, CITY = "南宁市民政局", "南宁市人民政府"
ROWS = ("police", "market", "development_reform", "natural_resources", "justice")


def founded(regime: Regime) -> Regime:
    """The data bureau, five departments with their first responsible person, a city and its own."""
    regime.found(BUREAU, "guangxi.data_bureau")
    regime.unit("guangxi.coordination")
    regime.unit("guangxi.experts")
    for row in ROWS:
        regime.unit(f"guangxi.{row}")
    regime.unit("guangxi.governments", CITY)
    regime.unit("guangxi.everyone", CITY_CIVIL, tier="city", division="450100")
    # (三) 各单位主要负责人是…第一责任人; (四) the body's head, its office, its experts.
    regime.post("police_chief", POLICE, "first_responsible")
    regime.post("police_clerk", POLICE, "provider_officer")
    regime.post("market_chief", MARKET, "first_responsible")
    regime.post("market_clerk", MARKET, "provider_officer")
    regime.post("coordinator", BUREAU, "coordination_office")
    regime.post("group_head", "自治区政务数据共享议事协调机制", "coordination_head")
    regime.post("expert", "自治区政务数据共享专家委员会", "expert_committee")
    return regime


def of(article: int, day: str) -> dict[str, Case]:
    """The cases of an article's task, by the unit that leads it."""
    found = opened(f"dated:tasks:article.{article}:{day}")
    return {case.parties.get(party="unit").unit.name: case for case in found}


def test_the_aims_end_with_2022_and_2023(begin: Begin) -> None:
    begin("guangxi-2022", date(2022, 2, 7))

    aims = [one for one in dated.fixed(pack()) if one.table == "targets"]
    ours = [one.on for one in aims if one.cite.document == "广西共享协调机制意见(2022)"]

    # (二) 2022年12月31日前: five; 2023年12月31日前: six. Articles 3 to 23 are without a day.
    assert ours == [date(2022, 12, 31)] * 5 + [date(2023, 12, 31)] * 6
    without_day = {one.row.id for one in dated.undated(pack())}
    assert {f"article.{number}" for number in range(3, 24)} <= without_day


def test_every_department_names_its_sharing_body_and_who_does_not_is_inspected(
    begin: Begin,
) -> None:
    guangxi = founded(begin("guangxi-2022", date(2022, 5, 9)))
    day = date(2022, 6, 30)
    dated.open_now(guangxi.who("reviewer"), "tasks", "article.5", day, why="(五) 明确主管机构")

    # 全区各级各部门: five departments of the region and the city's; no government, no bureau.
    cases = of(5, "2022-06-30")
    assert set(cases) == {POLICE, MARKET, REFORM, LAND, JUSTICE, CITY_CIVIL}
    guangxi.pass_days(date(2022, 6, 28))
    # Thursday the 30th: 24, 27, 28, 29, 30 are the five working days after the 23rd.
    assert [day for day, _ in told("market_clerk", "warned")] == [date(2022, 6, 23)]
    guangxi.take("market_clerk", cases[MARKET], "hand_in", progress="设在信息中心。", evidence="文")
    guangxi.take("reviewer", cases[MARKET], "accept")
    guangxi.pass_days(date(2022, 7, 1))

    # (二十三) 对未按要求完成任务的进行重点督查; its first responsible person hears of it.
    assert [day for day, _ in told("police_chief", "escalated")] == [date(2022, 7, 1)]
    assert not told("market_chief", "escalated")
    listed = {late.unit.name for late in dated.supervised(guangxi.today)}
    assert listed == {POLICE, REFORM, LAND, JUSTICE, CITY_CIVIL}
    assert told("reviewer", "escalated", f"列入重点督查：{POLICE}")
    assert (guangxi.punctual(MARKET), guangxi.punctual(POLICE)) == ((1, 1), (0, 1))


def test_five_units_lead_one_article_together(begin: Begin) -> None:
    guangxi = founded(begin("guangxi-2022", date(2022, 9, 26)))
    day = date(2022, 12, 30)
    dated.open_now(guangxi.who("reviewer"), "tasks", "article.8", day, why="(八)")

    # (八) names five units that lead (牵头单位) and every department beside them (配合单位).
    cases = of(8, "2022-12-30")
    assert set(cases) == {BUREAU, POLICE, MARKET, REFORM, LAND}
    helping = {row.unit.name for row in cases[BUREAU].parties.filter(party="duty")}
    assert helping == {POLICE, MARKET, REFORM, LAND, JUSTICE, CITY_CIVIL}
    assert guangxi.desk("police_clerk") == [
        "落实任务并报送完成情况：整合构建全区一体化政务大数据体系，2022-12-30"
    ]


def between(regime: Regime) -> Sharing:
    """Civil affairs of the city asks the police of the region for conditional data."""
    provider, consumer = (POLICE, "pol"), (CITY_CIVIL, "civil")
    return sharing(regime, provider, consumer, ShareType.CONDITIONAL)


def test_in_2026_a_need_outside_the_catalog_is_agreed_on_and_listed(begin: Begin) -> None:
    guangxi = founded(begin("guangxi-2022", date(2026, 3, 2)))
    between(guangxi)
    lists.publish(guangxi.who("reviewer"), "responsibility", why="首次发布")
    case = needs.state(
        guangxi.who("civil_officer"), "户籍迁移信息", ["姓名", "迁入日期"], scenario="低保核对",
        legal_basis="《社会救助暂行办法》", provider=guangxi.units[POLICE], why=WHY,
    )  # fmt: skip
    assert not lists.live("demand")  # until its own head agrees it is nobody else's affair

    # (十一) 由相关方面协商解决: the head agrees, the police accept.
    guangxi.take("civil_head", case, "approve")
    assert guangxi.desk("pol_officer") == ["双方协商：户籍迁移信息"]
    guangxi.pass_days(date(2026, 3, 16))
    guangxi.take("pol_officer", case, "accept", plan="四月编目")
    guangxi.pass_days(date(2026, 4, 13))
    entry(guangxi, "pol_officer", POLICE, "307009/000009", ShareType.CONDITIONAL)
    closed = guangxi.take("pol_officer", case, "listed", resource_code="307009/000009")

    # 及时纳入清单管理: the next issue of the list of responsibilities holds one entry more.
    assert (closed.step, closed.closed_on) == ("listed", date(2026, 4, 13))
    assert [line[6] for line in lists.live("demand")] == ["已纳入清单"]
    assert [
        line[0]
        for line in lists.since(lists.latest("responsibility"), lists.live("responsibility")).added
    ] == ["307009/000009"]
    assert lists.publish(guangxi.who("reviewer"), "responsibility", why="更新").number == 2
    assert told("civil_officer", "told", "户籍迁移信息：已编目，可以申请")


def test_in_2026_a_city_gets_the_data_of_its_own_area_back_and_the_log_proves_it(
    begin: Begin, settings: LazySettings
) -> None:
    guangxi = founded(begin("guangxi-2022", date(2026, 3, 2)))
    between(guangxi)
    officer, police = guangxi.who("civil_officer"), guangxi.units[POLICE]
    ask = partial(backflow.ask, officer, police, title="户籍人口", scenario="救助核对", why=WHY)
    foreign = refused(ask, area="450200")
    case = ask(area="450100")

    # (十) 不断完善数据回流机制; Art. 24, in time and whole: what is missing is returned too.
    guangxi.take("civil_head", case, "approve")
    guangxi.take("pol_officer", case, "deliver", delivery="六城区")
    guangxi.take("civil_officer", case, "incomplete", missing="缺武鸣区")
    guangxi.take("pol_officer", case, "deliver", delivery="七城区")
    assert guangxi.take("civil_officer", case, "received").step == "received"
    assert foreign == ("backflow.area_foreign",)

    # Every deed of the regime, from the founding on, stands in the hub's log, and it verifies.
    with facts.open_log() as log:
        assert facts.drain(log) == FactRow.objects.count()
        log.publish()
    assert verify_log(Path(settings.LEDGER), hub_key().public.text).ok


def refusal(regime: Regime) -> ShareRequest:
    """A request the police refuse in time: what two units may dispute."""
    request = between(regime).applied()
    regime.pass_days(date(2026, 3, 9))
    head = regime.who("pol_head")
    return requests.refuse(head, request, "beyond_scope", "", "超出履职范围", why=WHY)


def waiting(case: Case) -> set[str]:
    return set(Turn.objects.filter(subject=f"case:{case.pk}").values_list("role", flat=True))


def test_in_2026_a_dispute_goes_to_the_coordination_bodys_office_experts_and_head(
    begin: Begin,
) -> None:
    guangxi = founded(begin("guangxi-2022", date(2026, 3, 2)))
    request = refusal(guangxi)
    case = disputes.raise_(guangxi.who("pol_head"), request, "超出履职范围", why=WHY)
    assert waiting(case) == {"sharing_body_head"}

    # (四) 协调解决…数据共享争议: the office in the data bureau does the daily work.
    guangxi.take("civil_head", case, "refer", positions="需求明确")
    assert waiting(case) == {"coordination_office", "sharing_authority"}
    assert guangxi.desk("coordinator") == ["主管部门协调：核对申请人所在乡镇"]
    guangxi.pass_days(date(2026, 3, 16))
    guangxi.take("coordinator", case, "consult", question="是否属于最小必要？")
    # 设立…专家委员会…提供政策咨询: the pack's own experts advise, they do not decide.
    assert refused(guangxi.take, "expert", case, "decide", decision="应当共享") == (
        "procedure.move_wrong",
    )
    guangxi.take("expert", case, "advise", opinion="属于最小必要。")
    guangxi.pass_days(date(2026, 3, 30))
    guangxi.take("coordinator", case, "escalate", mediation="协调不成，附专家意见。")
    # 协调机制由数字广西建设领导小组组长负责: he decides, not the office.
    assert refused(guangxi.take, "coordinator", case, "decide", decision="…") == (
        "case.role_needed",
    )
    closed = guangxi.take("group_head", case, "decide", decision="应当共享，限两项。")

    assert (closed.step, closed.closed_on) == ("decided", date(2026, 3, 30))
    assert waiting(case) == set()


def test_in_2026_two_units_settle_only_when_both_agree(begin: Begin) -> None:
    guangxi = founded(begin("guangxi-2022", date(2026, 3, 2)))
    request = refusal(guangxi)
    case = disputes.raise_(guangxi.who("civil_head"), request, "属于履职所需", why=WHY)

    guangxi.take("civil_head", case, "settle", agreement="缩小到两项")
    assert Case.objects.get(pk=case.pk).step == "negotiate"
    assert refused(guangxi.take, "civil_head", case, "settle", agreement="…") == ("case.consented",)
    closed = guangxi.take("pol_head", case, "settle", agreement="缩小到两项")

    assert closed.step == "settled"


def test_in_2026_a_changed_law_is_followed_in_the_catalog_over_labour_day(begin: Begin) -> None:
    guangxi = founded(begin("guangxi-2022", date(2026, 4, 28)))
    asked = between(guangxi)
    officer, resource = guangxi.who("pol_officer"), asked.resource
    duties.changed(officer, resource, "户口登记办法修订", date(2026, 4, 28), why=WHY)

    # (十一) 及时更新; Art. 17, ten working days: 29, 30; 1 to 5 May; 6, 7, 8, Saturday 9; 11-14.
    subject = duties.subject(resource)
    assert limit(subject, "C1").due_on == date(2026, 5, 14)
    guangxi.pass_days(date(2026, 5, 14))
    duties.extend_update(guangxi.who("reviewer"), resource, why="涉及多个系统")
    assert limit(subject, "C1").due_on == date(2026, 5, 21)  # 15, 18, 19, 20, 21
    assert refused(duties.extend_update, guangxi.who("reviewer"), resource, why=WHY) == (
        "clock.final",
    )
    guangxi.pass_days(date(2026, 5, 26))

    # Over on Friday the 22nd; three working days late on Tuesday the 26th.
    assert [day for day, _ in told("pol_officer", "expired")] == [date(2026, 5, 22)]
    assert [day for day, _ in told("police_chief", "escalated")] == [date(2026, 5, 26)]
    assert guangxi.punctual(POLICE) == (0, 1)
    assert "户口登记办法修订" in guangxi.page("pol_officer")
