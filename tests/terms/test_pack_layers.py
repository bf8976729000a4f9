"""Layers: a local row replaces the row below; it may be stricter than the law, never looser."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from yunzhang.terms.deadlines import WorkCalendar, due
from yunzhang.terms.document import replace
from yunzhang.terms.faults import Refused
from yunzhang.terms.pack import Pack, layered, parse
from yunzhang.terms.pack_changes import changes
from yunzhang.terms.pack_rows import (
    Citation,
    ClockRule,
    Limit,
    Move,
    Procedure,
    Retention,
    Row,
    Step,
)

LAW = Citation(document="law", clause="1")
LOCAL = Citation(document="local", clause="2", quote="十二个工作日")
START = date(2026, 1, 1)


def clock(cite: Citation = LAW, **fields: object) -> ClockRule:
    known = {"id": "C", "zh": "甲", "en": "A", "event": "e", "days": 10, "unit": "working_day"}
    return ClockRule(cite=cite, **{**known, **fields})  # type: ignore[arg-type]


def pack(id: str, **tables: Row) -> Pack:
    return Pack(id=id, zh="甲", en="A", **{name: (row,) for name, row in tables.items()})  # type: ignore[arg-type]


clocks = st.builds(
    clock,
    days=st.integers(0, 8),
    unit=st.sampled_from(["working_day", "calendar_day"]),
    extension_days=st.integers(0, 4),
)
calendars = st.builds(
    WorkCalendar,
    st.dictionaries(st.integers(0, 60).map(lambda n: START + timedelta(days=n)), st.booleans()),
)


FRIDAY, SATURDAY = 1, 2  # days after START


@given(
    below=clocks,
    above=clocks,
    calendar=calendars,
    day=st.integers(0, 20),
    extended=st.booleans(),
)
@example(
    below=clock(days=0),
    above=clock(days=0, unit="calendar_day"),
    calendar=WorkCalendar(),
    day=SATURDAY,
    extended=False,
)
@example(
    below=clock(days=2, unit="calendar_day"),
    above=clock(days=2),
    calendar=WorkCalendar(),
    day=FRIDAY,
    extended=False,
)
def test_layering_never_loosens_a_clock(
    below: ClockRule, above: ClockRule, calendar: WorkCalendar, day: int, extended: bool
) -> None:
    received = START + timedelta(days=day)
    try:
        both = layered(pack("below", clocks=below), pack("above", clocks=above))
    except Refused:
        return  # what is refused loosens nothing

    kept = both.clock("C")

    assert kept.event == below.event
    assert due(kept, received, calendar, extended=extended).on <= (
        due(below, received, calendar, extended=extended).on
    )


@given(clocks, calendars)
def test_a_clock_may_stand_on_itself(rule: ClockRule, calendar: WorkCalendar) -> None:
    both = layered(pack("below", clocks=rule), pack("above", clocks=rule))

    assert both.clocks == (rule,)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("days", {"days": 12}),
        ("extension_days", {"extension_days": 3, "extension_consent": ""}),
        ("event", {"event": "f"}),
        ("to_date", {"to_date": date(2027, 1, 1)}),
        ("from_date", {"from_date": date(2027, 1, 1)}),
    ],
)
def test_a_looser_clock_is_refused_with_both_citations(
    field: str, change: dict[str, object]
) -> None:
    with pytest.raises(Refused) as refused:
        layered(pack("below", clocks=clock()), pack("above", clocks=clock(LOCAL, **change)))

    [fault] = refused.value.faults
    details = dict(fault.details)
    assert (fault.code, details["field"]) == ("pack.looser", field)
    assert (details["cite_below"], details["cite_above"]) == ("law 1", "local 2“十二个工作日”")


def test_an_extension_may_not_lose_its_consent() -> None:
    below = clock(extension_days=5, extension_consent="sharing_authority")

    with pytest.raises(Refused) as refused:
        layered(pack("below", clocks=below), pack("above", clocks=clock(LOCAL, extension_days=5)))

    assert [dict(fault.details)["field"] for fault in refused.value.faults] == ["extension_consent"]


def test_all_loosened_rows_are_named_at_once() -> None:
    kept = Retention(id="C7", zh="甲", en="A", years=3, cite=LAW)
    bound = Limit(id="l", value=3, unit="year", bound="at_least", cite=LAW)
    below = pack("below", clocks=clock(), retentions=kept, limits=bound)
    above = pack(
        "above",
        clocks=clock(LOCAL, days=11),
        retentions=replace(kept, years=2),
        limits=replace(bound, value=2),
    )

    with pytest.raises(Refused) as refused:
        layered(below, above)

    named = [(dict(f.details)["row"], dict(f.details)["field"]) for f in refused.value.faults]
    assert named == [("C", "days"), ("C7", "years"), ("l", "value")]


def test_a_free_limit_may_be_set_at_will_and_stricter_rows_stand() -> None:
    free = Limit(id="l", value=3, unit="row", cite=LAW)
    below = pack("below", clocks=clock(), limits=free)

    both = layered(below, pack("above", clocks=clock(LOCAL, days=8), limits=replace(free, value=9)))

    assert (both.id, both.over) == ("above", "below")
    assert (both.clock("C").days, both.clock("C").cite) == (8, LOCAL)
    assert both.limit("l") == 9


def test_rows_below_keep_their_order_and_new_rows_follow() -> None:
    below = Pack(id="b", zh="甲", en="A", clocks=(clock(id="1"), clock(id="2")))
    above = Pack(id="a", zh="甲", en="A", clocks=(clock(id="3"), clock(id="1", days=9)))

    both = layered(below, above)

    assert [(row.id, row.days) for row in both.clocks] == [("1", 9), ("2", 10), ("3", 10)]


def test_parsing_over_a_pack_refuses_a_looser_row_together_with_other_faults() -> None:
    local = (
        '[[clocks]]\nid = "C"\nzh = "甲"\nen = "A"\nevent = "e"\ndays = 12\nunit = "working_day"\n'
        'cite = { document = "local", clause = "2" }\nnote = "待定"\n'
    )
    head = 'id = "x"\nzh = "甲"\nen = "A"\nover = "below"\n'

    with pytest.raises(Refused) as refused:
        parse({"pack.toml": head, "clocks.toml": local}, pack("below", clocks=clock()))

    assert sorted(refused.value.codes) == ["pack.looser", "pack.placeholder"]


def test_changes_are_told_row_by_row_and_field_by_field() -> None:
    before = Pack(
        id="b", zh="甲", en="A", clocks=(clock(id="gone"), clock(id="C"), clock(id="same"))
    )
    after = Pack(
        id="a",
        zh="甲",
        en="A",
        clocks=(clock(LOCAL, id="C", days=8), clock(id="same"), clock(id="new")),
    )

    told = {each.id: each for each in changes(before, after)}

    assert set(told) == {"gone", "C", "new"}
    assert (told["gone"].after, told["new"].before) == (None, None)
    assert told["C"].fields() == (
        ("cite.document", "law", "local"),
        ("cite.clause", "1", "2"),
        ("cite.quote", "", "十二个工作日"),
        ("days", "10", "8"),
    )


def course(cite: Citation = LAW, clock: str = "C", **fields: object) -> Procedure:
    """Ask, then answer within a clock, perhaps after a notice at which the clock rests."""
    known = {"id": "go", "zh": "去", "en": "Go", "to": "b", "attach": ("z",), "apart": True}
    go = Move(**{**known, "once": True, "all": True, **fields})  # type: ignore[arg-type]
    ask = Move(id="ask", zh="问", en="Ask", to="a")
    notice = Move(id="notice", zh="告知", en="Notice", to="r")
    longer = Move(id="longer", zh="延", en="Longer", to="a", who=("authority",), extends=True)
    steps = (
        Step(id="s", zh="始", en="S", moves=(ask,)),
        Step(id="a", zh="甲", en="A", clock=clock, moves=(go, notice, longer)),
        Step(id="r", zh="补", en="R", clock=clock, rests=True, moves=(ask,)),
        Step(id="b", zh="乙", en="B"),
    )
    return Procedure(id="p", zh="甲", en="A", subject="s", steps=steps, cite=cite)


def with_step(at: int, **fields: object) -> Procedure:
    steps = list(course(LOCAL).steps)
    steps[at] = replace(steps[at], **fields)
    return replace(course(LOCAL), steps=tuple(steps))


def beforehand() -> Procedure:
    """A step of the locality's own comes between the question and its clock."""
    ask = Move(id="ask", zh="问", en="Ask", to="wait")
    on = Move(id="on", zh="转", en="On", to="a")
    waiting = Step(id="wait", zh="预审", en="Wait", moves=(on,))
    first, *others = with_step(2, moves=(ask,)).steps
    return replace(course(LOCAL), steps=(replace(first, moves=(ask,)), waiting, *others))


ANYONE = Move(id="longer", zh="延", en="Longer", to="a", who=("provider",), extends=True)


@pytest.mark.parametrize(
    ("looser", "field"),
    [
        (course(LOCAL, attach=()), "steps.moves.attach"),
        (course(LOCAL, apart=False), "steps.moves.apart"),
        (course(LOCAL, once=False), "steps.moves.once"),
        (course(LOCAL, all=False), "steps.moves.all"),
        (beforehand(), "steps.moves.to"),
        (with_step(1, rests=True), "steps.rests"),
        (with_step(1, moves=(*course().steps[1].moves[:2], ANYONE)), "steps.moves.extends"),
    ],
)
def test_a_local_procedure_drops_nothing_that_is_demanded_and_halts_no_limit(
    looser: Procedure, field: str
) -> None:
    below = pack("law", procedures=course())

    with pytest.raises(Refused) as refused:
        layered(below, pack("local", procedures=looser))

    [fault] = refused.value.faults
    assert (fault.code, dict(fault.details)["field"]) == ("pack.looser", field)
    assert "local 2" in fault.sentence()
    assert "law 1" in fault.sentence()


def test_a_local_procedure_without_the_clock_of_the_one_below_is_refused() -> None:
    below = pack("law", procedures=course())

    with pytest.raises(Refused) as refused:
        layered(below, pack("local", procedures=course(LOCAL, clock="")))

    assert "steps.clock" in {dict(fault.details)["field"] for fault in refused.value.faults}


def test_a_local_procedure_may_demand_more() -> None:
    more = course(LOCAL, attach=("z", "y"))

    assert layered(pack("law", procedures=course()), pack("local", procedures=more))
