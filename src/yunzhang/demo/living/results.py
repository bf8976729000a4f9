"""Results: boards published with reasons, a score under appeal, a circular, numbers reported."""

from __future__ import annotations

from datetime import timedelta

from yunzhang import clock
from yunzhang.demo.made import WHY, Province
from yunzhang.oversee.indicators import reported
from yunzhang.oversee.indicators.reported import Number
from yunzhang.oversee.reports import circulars
from yunzhang.oversee.reports.circulars import CircularForm
from yunzhang.oversee.scoring import appeals, boards, scores

RATES = ((412, 500), (388, 460), (455, 505), (301, 420))  # made up: handled online, of all


def report_numbers(made: Province) -> None:
    """What the hub cannot count, four cities report with evidence; one number did not hold."""
    rule = next(iter(reported.reportable()), None)
    if rule is None:
        return
    for number, (held, (hits, of)) in enumerate(zip(made.cities.values(), RATES, strict=False)):
        told = Number(hits=hits, of=of, as_of=clock.today() - timedelta(days=1))
        case = reported.report(
            made.at(held[1]), held[1], rule.id, told, "附系统导出清单。", why=WHY
        )
        if number < 2:
            result = "抽查二十件，全部属实。" if number else "抽查二十件，三件重复计数。"
            reported.check(made.reviewer, case, result, held=bool(number), why=WHY)


def publish_boards(made: Province) -> None:
    """The ranking and the pack's boards of the last quarter, signed, with their reasons."""
    [period] = scores.periods(1)
    measured = [rule.id for rule in boards.rules() if rule.measures]
    for board in (boards.RANKING, *measured):
        boards.publish(made.reviewer, board, period, why=WHY)


def appeal(made: Province) -> None:
    """A city's health commission disputes one figure of its score; the office has it before it."""
    for held in made.cities.values():
        score = scores.latest(held[made.health])
        failing = scores.shown(score) if score else {}
        for indicator, told in failing.items():
            if score is not None and told.get("failed"):
                grounds = "该系统当季处于割接试运行，已于季末前完成上云，请予核正。"
                head, records = made.at(held[made.health], head=True), list(told["failed"])[:1]
                appeals.lodge(head, score, grounds, indicator=indicator, records=records, why=WHY)
                return


def circulate(made: Province) -> None:
    """A circular on the year so far: every figure counted; drafted, reviewed, published."""
    today = clock.today()
    text = (
        "今年以来，各市按季报送云工程推进情况，系统上云持续推进；部分单位报送不及时，目录挂接偏慢。"
    )
    form = CircularForm("云工程推进情况通报", text, *circulars.mentions())
    since = today - timedelta(days=180)
    unit = made.town.units["bureau"]
    circular = circulars.draft(made.reviewer, unit, form, since, today, why=WHY)
    circular = circulars.submit(made.reviewer, circular, why=WHY)
    circular = circulars.review(made.head, circular, agreed=True, remark="", why=WHY)
    circulars.publish(made.reviewer, circular, why=WHY)
