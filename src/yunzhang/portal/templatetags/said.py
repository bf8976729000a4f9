"""Said: how pages put rows, faults, dates and codes into words of the reader's language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext

from yunzhang import clock as now
from yunzhang.gather.models import EntryVersion
from yunzhang.people.models import Clock, FactRow, Person
from yunzhang.people.permissions import pack
from yunzhang.portal.cited import place
from yunzhang.portal.language import spoken
from yunzhang.portal.left import TONES, clock_words, state_of
from yunzhang.portal.states import GRADES, KINDS, MASKS, OPERATORS, STATES, TYPES, Tone
from yunzhang.protect.grading import redact
from yunzhang.protect.verify import Step
from yunzhang.terms.codes import ItemType, Operator
from yunzhang.terms.document import decode
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.fact import DEED_NAMES, Deed
from yunzhang.terms.faults import Fault
from yunzhang.terms.levels import Grade

register = template.Library()
register.filter("redacted", redact)
register.filter("place", place)


@register.filter
def said(row: Any) -> str:
    """A pack row, a Text or any record with `zh` and `en`, in the reader's language."""
    return str(getattr(row, spoken(), ""))


@register.filter
def sentence(fault: Fault) -> str:
    return fault.sentence(spoken())


@register.filter
def next_step(fault: Fault) -> str:
    return fault.next_step(spoken())


@register.filter
def coded(code: object, code_list: str) -> str:
    """The name of a code; the code itself when the list does not hold it."""
    for row in pack().codes_of(code_list):
        if row.code == str(code):
            return said(row)
    return str(code)


@register.filter
def role_name(role: str) -> str:
    return next((said(row) for row in pack().roles if row.id == role), role)


@register.filter
def deed_name(deed: str) -> str:
    return said(DEED_NAMES[Deed(deed)]) if deed in set(Deed) else deed


@register.filter
def holder(fact: FactRow) -> str:
    """Whose post a deed was done with, where that is another than who did it."""
    if '"for"' not in fact.content:
        return ""
    pseudonym = json.loads(fact.content).get("for", "")
    number = pseudonym.removeprefix("person:")
    found = Person.objects.filter(pk=number).first() if number.isdigit() else None
    return found.full_name if found else pseudonym


@register.filter
def day(value: date | datetime | None) -> str:
    """A date in China, as 2026-11-22; a dash when there is none."""
    if value is None:
        return "—"
    return (localtime(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


@register.filter
def moment(value: datetime | None) -> str:
    return localtime(value).strftime("%Y-%m-%d %H:%M") if value else "—"


@register.filter
def grouped(number: Any) -> str:
    """A whole number with thousands apart; a dash when unknown."""
    return "—" if number in (None, "") else f"{int(number):,}"


@register.simple_tag
def counts(number: Any, column: str = "") -> str:
    """On a link: its figure is the number of rows it opens to, or the sum of this column of them.

    A test follows every link so marked, and holds the figure against the list it finds.
    """
    summed = format_html(' data-sum="{}"', column) if column else ""
    whole = re.sub(r"\D", "", str(number)) or "0"  # as a cell says it, thousands apart
    return format_html('data-counts="{}"{}', whole, summed)


@register.filter
def percent(number: Any) -> str:
    return "—" if number in (None, "") else f"{float(number):.1f}%"


@register.filter
def measured(value: Any, measure: str) -> str:
    """A figure in its own measure: a percentage, a count, a size or days; a dash without one."""
    if value in (None, ""):
        return "—"
    if measure == "percent":
        return percent(value)
    if measure == "bytes":
        return bytes_said(int(value))
    if measure == "days":
        return gettext("%(n)s days") % {"n": f"{float(value):.1f}"}
    return grouped(value)


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    return mapping.get(key, "")


@register.filter
def listed(text: str) -> Any:
    """The JSON list a record keeps as text."""
    return json.loads(text or "[]")


@register.filter
def bytes_said(number: int | None) -> str:
    """A size as people say it."""
    size = float(number or 0)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TB"


@register.inclusion_tag("portal/part/state.html")
def state(kind: str, value: str) -> dict[str, Any]:
    """A state in words with its tone; the words carry the meaning, the colour only helps."""
    words, tone = STATES[kind].get(value, (value, Tone.CALM))
    return {"words": gettext(words), "tone": tone}


@register.inclusion_tag("portal/part/left.html")
def left(clock: Clock, days: int) -> dict[str, Any]:
    """Working days left on a clock, with its due date and clause."""
    today = now.today()
    tone = TONES[state_of(clock, days, today)]
    return {"clock": clock, "words": clock_words(clock, days, today), "tone": tone}


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The present query string with some parts changed; empty parts fall away."""
    parts = context["request"].GET.copy()
    for name, value in changes.items():
        parts.pop(name, None)
        if value not in (None, ""):
            parts[name] = value
    return f"?{parts.urlencode()}"


@register.simple_tag(takes_context=True)
def may_do(context: Context, permission: str, unit: Any = None) -> bool:
    """Whether the person may do it to this unit's affairs: no button that would be refused."""
    from yunzhang.people.permissions import may

    return may(context["actor"], permission, unit or None)


@register.filter
def chart_rows(chart: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    """The rows of the table that says the same as the chart."""
    columns = [one["data"] for one in chart["series"]]
    return [(label, [column[at] for column in columns]) for at, label in enumerate(chart["labels"])]


@register.filter
def abstract(version: EntryVersion) -> str:
    """The abstract of an entry's version."""
    return decode(version.draft, EntryDraft).abstract


@register.filter
def open_type(version: EntryVersion) -> str:
    """In which way an entry is open to the public: a code of the list "open_type"."""
    return decode(version.draft, EntryDraft).open_type


@register.filter
def grade_name(grade: int | str) -> str:
    """A grade of GB/T 43697 in words."""
    return gettext(GRADES[Grade(int(grade))])


@register.filter
def type_name(code: str) -> str:
    return gettext(TYPES[ItemType(code)])


@register.filter
def mask_name(way: str) -> str:
    return gettext(MASKS.get(way, way))


@register.filter
def kind_name(kind: str) -> str:
    return gettext(KINDS.get(kind, kind))


@register.filter
def operator_name(operator: str) -> str:
    return gettext(OPERATORS[Operator(operator)])


@register.filter
def clock_name(rule: str) -> str:
    """What a legal limit is for, from the pack."""
    return next((said(row) for row in pack().clocks if row.id == rule), rule)


@register.filter
def joined(parts: Iterable[str]) -> str:
    """Texts, one a line."""
    return "\n".join(parts)


@register.filter
def unlocalized(number: float) -> str:
    """A number as attributes of a page want it, whatever the language."""
    return f"{number:.4f}"


@register.filter
def state_name(value: str, kind: str) -> str:
    """A state in words alone, for the options of a select."""
    return gettext(STATES[kind][value][0])


@register.filter
def when(value: date | datetime) -> str:
    """A moment to the minute, a plain date as it is."""
    return moment(value) if isinstance(value, datetime) else day(value)


@register.filter
def check_name(kind: str) -> str:
    """What a kind of check looks at, from the pack."""
    return next((said(row) for row in pack().checks if row.id == kind), kind)


@register.filter
def as_number(text: str) -> float:
    """A figure kept as text, for comparing."""
    return float(text)


@register.filter
def step_said(step: Step) -> str:
    """One numbered step of a verification, in the reader's language."""
    return step.say(spoken())


@register.filter
def pairs(mapping: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """A mapping's pairs; safe where a key may be called "items"."""
    return list(mapping.items())


@register.filter
def signed(number: Any) -> str:
    """A change, with its sign."""
    return f"{float(number):+.2f}"
