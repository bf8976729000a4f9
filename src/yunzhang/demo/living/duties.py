"""Duties: a meeting and its decisions, tasks done, running and late, reports of the quarters."""

from __future__ import annotations

from datetime import date, timedelta

from yunzhang import clock
from yunzhang.demo.made import WHY, Province
from yunzhang.oversee.duties import dated, meetings, supervision, tasks
from yunzhang.oversee.duties.meetings import MeetingForm
from yunzhang.oversee.duties.supervision import Concern
from yunzhang.oversee.duties.tasks import INSTRUCTION, PAIN_POINT, Part, TaskForm
from yunzhang.oversee.reports import quarterly
from yunzhang.people import cases
from yunzhang.people.cases import Paper
from yunzhang.people.models import Case, Unit

PROGRESS = {"paper.progress": "已完成，附清单。", "paper.evidence": "现场核对记录。"}
REPORTS, QUARTERLY = "reports", "quarterly_progress"
REPORT = "本季度新增上云系统、目录挂接和共享申请答复情况见下列数字；下季度推进存量系统整合。"
NEVER = 2  # chiefs' units whose last report never came


def report(made: Province, end: date, *, last: bool) -> None:
    """A quarter's reports: written, signed by the unit's chief, taken in; some never come."""
    opened = dated.open_now(made.reviewer, REPORTS, QUARTERLY, end, why="季度末将至")
    for number, case in enumerate(opened):
        unit = case.parties.select_related("unit").get(party=dated.UNIT).unit
        chief = made.chiefs.get(unit.pk)
        if chief is None or (last and number >= len(opened) - NEVER):
            continue
        written = quarterly.submit(made.at(unit), case, REPORT, why=WHY)
        signed = cases.move(chief, written, "sign", why="已审阅")
        if not (last and number == 0):  # one still waits for the office
            cases.move(made.reviewer, signed, "accept", why=WHY)


def write_this_quarter(made: Province) -> None:
    """This quarter's report of the region is written early and waits for its chief's signature."""
    end = made.quarter_end
    if end is None:
        return
    for case in dated.open_now(made.reviewer, REPORTS, QUARTERLY, end, why="提前布置"):
        unit = case.parties.select_related("unit").get(party=dated.UNIT).unit
        if unit.pk == made.region.pk:
            quarterly.submit(made.at(unit), case, REPORT, why=WHY)


def meet(made: Province) -> None:
    """The chiefs meet; three decisions become tasks: one done, one under way, one late by now."""
    today = clock.today()
    governments = [held[0] for held in made.cities.values()]
    bureau, civil, health = (made.town.units[name] for name in ("bureau", "civil", "health"))
    form = MeetingForm(
        title="第三季度云长会议",
        held_on=today,
        called_by="韦总云长",
        present=[bureau, civil, health, *governments[:9]],
        absent=governments[9:11],
        heard=[Part(governments[0], "市本级系统上云过半。"), Part(civil, "区划数据已全部挂接。")],
        minutes=Paper(
            "一、十一月底前完成长期未用授权清理。二、出台部门专网并网时间表。三、统一区划代码。"
        ),
    )
    meeting = meetings.record(made.head, made.region, form, why=WHY)
    for title, lead, days, parts in (
        ("统一各部门区划代码", civil, 30, [Part(made.town.units["stats"], "核对统计用代码差异")]),
        ("清理长期未用授权", bureau, 45, []),
        ("部门专网并网时间表", governments[0], 90, [Part(governments[3], "提供专网清单")]),
    ):
        wish = TaskForm(
            title,
            "按纪要逐项落实，形成清单。",
            lead,
            today + timedelta(days=days),
            tasks.MEETING,
            parts,
        )
        case = meetings.decide(made.head, meeting, wish, why="会议议定")
        if title.startswith("清理"):
            case = cases.move(made.of_bureau, case, "hand_in", papers=PROGRESS, why=WHY)
            cases.move(made.head, case, "accept", why="已核对")


def give_tasks(made: Province) -> None:
    """Tasks a chief gives, and pain points of the public; two of them are late by now."""
    today = clock.today()
    health, land, civil = (made.town.units[name] for name in ("health", "land", "civil"))
    for title, order, lead, days, source in (
        ("婚姻登记跨市通办数据接口", "打通婚姻登记数据，群众不再往返。", civil, 75, INSTRUCTION),
        ("汛期灾害点位图层共享", "汛前向应急、水利共享地质灾害点位。", land, 12, INSTRUCTION),
        ("出生证明要交三次", "新生儿落户、参保、接种共用一次提交。", health, 40, PAIN_POINT),
        ("不动产登记重复提交婚姻证明", "改为共享核验，不再收取纸质证明。", land, 9, PAIN_POINT),
    ):
        wish = TaskForm(title, order, lead, today + timedelta(days=days), source)
        tasks.give(made.head, wish, why="群众反映集中" if source == PAIN_POINT else "领导批示")


def press(made: Province) -> None:
    """What the head presses for: two matters near their day, one handed in and to be closed."""
    held = list(made.cities.values())
    for city, title, days in ((1, "全民健康信息平台上云", 3), (4, "社会保险系统等保备案", 8)):
        _pressed(made, held[city][made.health], title, days)
    case = _pressed(made, held[2][made.civil], "婚姻登记系统目录挂接", 15)
    papers = {"paper.progress": "已挂接，附目录编号。"}
    officer = made.at(held[2][made.civil])
    cases.move(officer, case, "hand_in", papers=papers, why=WHY)


def _pressed(made: Province, unit: Unit, title: str, days: int) -> Case:
    concern = Concern(f"unit:{unit.code}", f"{unit.short_name}{title}", unit)
    return supervision.order(made.head, concern, clock.today() + timedelta(days=days), why=WHY)
