"""Courses: what a picture of a procedure and the forms of its moves say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.translation import gettext

from yunzhang.people import courses
from yunzhang.people.models import FactRow
from yunzhang.people.permissions import pack
from yunzhang.portal import drawing
from yunzhang.portal.people import course_words
from yunzhang.terms.pack_rows import CodeRow, Move

register = template.Library()


@register.inclusion_tag("portal/part/course.html")
def course(id: str, here: str, history: Iterable[FactRow]) -> dict[str, Any]:
    """The picture of a record's procedure: where it stands, and the ways its facts have gone."""
    procedure = courses.of(id)
    gone = drawing.walked(procedure, [fact.deed for fact in history])
    # A superseded entry ended its course when it was published.
    lit = "published" if here == "superseded" else here
    return {"procedure": procedure, "picture": drawing.draw(procedure, lit, gone)}


@register.filter
def party_name(party: str) -> str:
    """A party of a procedure in words."""
    return course_words.party_name(party)


@register.filter
def clock_short(rule: str) -> str:
    """How long a limit is, in a few characters."""
    found = next((row for row in pack().clocks if row.id == rule), None)
    if found is None:
        return rule
    if found.unit == "working_day":
        return gettext("{n} working days").format(n=found.days)
    return gettext("{n} days").format(n=found.days)


@register.simple_tag
def paper_name(move: Move, paper: CodeRow) -> str:
    """The field of a paper of a move: several forms on one page keep apart what is typed."""
    return f"{move.id}.{paper.code}"


@register.simple_tag
def why_name(move: Move) -> str:
    """The field of a move's reason."""
    return f"{move.id}.why"
