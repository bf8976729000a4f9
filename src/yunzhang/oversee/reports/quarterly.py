"""Reports drafted from facts: an officer writes, the figures are counted and frozen with it.

What the chief signs is the case's paper with its digest; anyone counts the figures again.
"""

from __future__ import annotations

from datetime import date

from yunzhang import clock
from yunzhang.oversee.duties import handing_in
from yunzhang.oversee.reports import period
from yunzhang.oversee.reports.period import Span
from yunzhang.people import cases
from yunzhang.people.cases import Paper
from yunzhang.people.models import Case, CasePaper
from yunzhang.people.permissions import Actor, pack
from yunzhang.terms.counted import Report
from yunzhang.terms.document import decode, encode

PROCEDURE, REPORT, FIGURES, SUBMIT = "report", "paper.report", "paper.figures", "submit"
MONTHS = {"quarter": 3, "year": 12}  # a report of any other cycle is of its month


def span_of(case: Case) -> Span:
    """Of whom and which days a report is: its cycle up to the day it is due, or to today."""
    due_on = date.fromisoformat(decode(case.content, dict)["due_on"])
    _word, _table, id, _on = case.about.split(":", 3)
    months = MONTHS.get(next((row.cycle for row in pack().reports if row.id == id), ""), 1)
    first = (due_on.month - 1) // months * months + 1
    unit = case.parties.select_related("unit").get(party=handing_in.UNIT).unit
    until = min(due_on, clock.today())
    return Span(unit, min(due_on.replace(month=first, day=1), until), until)


def submit(actor: Actor, case: Case, text: Paper | str, *, why: str) -> Case:
    """Hand the report to the chief with its figures as they are counted now: the only way there."""
    figures = encode(period.report(span_of(case))).decode()
    return cases.move(actor, case, SUBMIT, papers={REPORT: text, FIGURES: figures}, why=why)


def hands_in(case: Case, move: str) -> bool:
    """Whether this move of a case is the handing in of a report, figures and all."""
    return (case.procedure, move) == (PROCEDURE, SUBMIT)


def text_of(case: Case) -> str:
    """The report's words as they were handed in last; "" before."""
    found = CasePaper.objects.filter(move__case=case, paper=REPORT).order_by("-pk").first()
    return found.text if found else ""


def kept(case: Case) -> Report | None:
    """The figures as they were handed in last; None before."""
    found = CasePaper.objects.filter(move__case=case, paper=FIGURES).order_by("-pk").first()
    return decode(found.text, Report) if found else None
