"""Inspection: a patrol drawn by lot with findings under way, an evaluation room, a survey."""

from __future__ import annotations

from datetime import timedelta

from yunzhang import clock
from yunzhang.demo.made import WHY, Province
from yunzhang.demo.town import credit_code
from yunzhang.oversee.inspection import evaluations, findings, patrols, sealing, teams
from yunzhang.oversee.inspection.evaluations import EvaluationForm
from yunzhang.oversee.inspection.findings import Seen
from yunzhang.oversee.inspection.patrol_models import Mark, Patrol
from yunzhang.oversee.inspection.teams import TeamForm
from yunzhang.oversee.reports import surveys
from yunzhang.oversee.reports.surveys import SurveyForm
from yunzhang.people import cases, facts, identity, units
from yunzhang.people.cases import Paper
from yunzhang.people.models import Case, Unit
from yunzhang.protect.keys import SigningKey

WRONG = Mark.Outcome.WRONG
ANSWERS = 36
DRAWN = 3
# What was seen of an item, the days to mend it, whether it was mended since.
FOUND = (
    ("provider.catalog", "两个系统没有编目，目录条目与实际表不符。", 14, False),
    ("provider.reply", "一件共享申请逾期五个工作日才答复。", 60, False),
    ("provider.verify", "一件校核申请没有登记。", 45, True),
)


def seal_patrol(made: Province) -> None:
    """An unannounced patrol: ten bureaus sealed, three to be drawn by the log's root."""
    auditor = made.town.officer("bureau", "auditor").person
    assert auditor is not None
    team = TeamForm("第一督查服务组", [auditor], [held[0] for held in made.cities.values()][:5])
    teams.set_up(made.reviewer, made.town.units["bureau"], team, clock.today(), why=WHY)
    form = sealing.PatrolForm(
        title="设区市民政系统突击巡云",
        unannounced=True,
        of="unit",
        size=DRAWN,
        scope=[held[made.civil] for held in made.cities.values()][:10],
        checklist="provider",
        draw_at=clock.now() + timedelta(hours=12),
        begins_on=clock.today() + timedelta(days=1),
        patrollers=[auditor],
    )
    patrols.plan(made.reviewer, made.town.units["bureau"], form, why=WHY)


def patrol(made: Province) -> None:
    """Drawn and begun: most is in order, three things are not; one of them is mended already."""
    with facts.open_log() as ledger:
        facts.drain(ledger)
    auditor = made.town.officer("bureau", "auditor")
    drawn = patrols.draw(made.reviewer, Patrol.objects.get(), why="抽签时刻已到")
    begun = patrols.begin(auditor, drawn, why=WHY)
    for sampled, wrong in zip(
        begun.sample.select_related("unit").order_by("place"), FOUND, strict=True
    ):
        item, text, days, mended = wrong
        for row in sealing.items(begun):
            if row.code != item:
                findings.mark(auditor, sampled, row.code, Seen(Mark.Outcome.RIGHT), why=WHY)
        seen = Seen(WRONG, text, Paper("现场记录。"), clock.today() + timedelta(days=days))
        mark = findings.mark(auditor, sampled, item, seen, why=WHY)
        if mended:
            _mend(made, sampled.unit, Case.objects.get(number=mark.case))


def ask_the_public(made: Province) -> None:
    """A survey of how content people are with handling affairs, with some answers in."""
    today = clock.today()
    form = SurveyForm(
        "政务服务“一次办”满意度调查", today, today + timedelta(days=30), surveys.usual()
    )
    survey = surveys.open_survey(made.reviewer, made.town.units["bureau"], form, today, why=WHY)
    questions, codes = surveys.questions_of(survey), [row.code for row in surveys.scale()]
    for number in range(ANSWERS):
        chosen = [codes[made.random.choice((0, 0, 1, 1, 1, 2, 3)) % len(codes)] for _ in questions]
        surveys.answer(survey, f"demo-{number}", chosen, today)


def open_evidence_room(made: Province) -> None:
    """The year's evaluation by an institute: its room of evidence is open, read-only."""
    today, closes = clock.today(), clock.today() + timedelta(days=50)
    institute = units.register(
        made.reviewer, credit_code(900031), "某数字治理研究院", "研究院", "province", None,
        kind="evaluator", why=WHY,
    )  # fmt: skip
    seat = [(institute, "evaluator")]
    identity.register(
        made.reviewer, "pinggu", "祝评估", made.password, seat, to_date=closes, why=WHY
    )
    key = SigningKey.generate("evaluator.demo").public.text
    form = EvaluationForm(f"{today.year}年云工程使用情况评估", institute, key, today, closes)
    evaluations.open_room(made.reviewer, made.town.units["bureau"], form, why=WHY)


def _mend(made: Province, unit: Unit, case: Case) -> None:
    papers = {"paper.mended": "已补登记并答复申请人。", "paper.evidence": "登记截图。"}
    case = cases.move(made.at(unit), case, "hand_in", papers=papers, why=WHY)
    cases.move(made.reviewer, case, "close", why="复核属实")
