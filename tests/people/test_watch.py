"""The worker's sweep over running limits: each is warned of, over and escalated once, in order."""

from __future__ import annotations

import json
import logging
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hub_world import WHY, HubWorld
from tests.people.limits import DUE, LONG_OVERDUE, MONDAY, SUBJECT, days, events, facts, reply, told
from yunzhang.clock import BEIJING
from yunzhang.people import calendar, clocks, watch
from yunzhang.people.models import Clock, Notice, Unit
from yunzhang.terms.fact import Deed


def test_each_limit_is_warned_of_then_over_then_escalated_once(world: HubWorld) -> None:
    reply(world)

    found = events(*days(MONDAY, date(2026, 4, 30)))

    assert found == [
        (date(2026, 3, 12), "warned"),
        (date(2026, 3, 17), "expired"),
        (LONG_OVERDUE, "escalated"),
    ]
    assert told("warned") == told("expired") == {"head": 1}
    assert len(facts(Deed.CLOCK_EXPIRED)) == len(facts(Deed.CLOCK_ESCALATED)) == 1


def test_a_sweep_repeated_says_nothing_new(world: HubWorld) -> None:
    reply(world)

    assert [len(watch.sweep(LONG_OVERDUE)) for _ in range(3)] == [2, 0, 0]


def test_escalation_goes_to_the_chief_of_the_unit_and_to_the_authority(world: HubWorld) -> None:
    reply(world)

    watch.sweep(LONG_OVERDUE)

    assert told("escalated") == {"chief2": 1, "reviewer": 1, "second_reviewer": 1}
    said = Notice.objects.filter(kind="escalated").first()
    assert "民政逾期 3 个工作日" in said.zh
    assert "3 working day(s) overdue" in said.en


def test_a_warning_says_how_long_is_left_of_what(world: HubWorld) -> None:
    reply(world)

    watch.sweep(date(2026, 3, 12))

    notice = Notice.objects.get(kind="warned")
    assert notice.zh == "有条件共享答复：还有 2 个工作日到期（2026-03-16） · 疫苗接种点规划"
    assert (notice.subject, notice.reference) == (SUBJECT, "GX-1")


def test_a_limit_that_waits_for_nobody_is_told_to_whoever_answers_for_the_unit(
    world: HubWorld,
) -> None:
    clocks.start("C4", SUBJECT, world.units[3], MONDAY)

    watch.sweep(date(2026, 3, 12))

    assert told("warned") == {"chief3": 1}


def test_on_its_first_day_a_short_limit_is_not_warned_of(world: HubWorld) -> None:
    reply(world, rule="C3")

    assert events(MONDAY, date(2026, 3, 3)) == [(date(2026, 3, 3), "warned")]
    assert "今天到期" in Notice.objects.get(kind="warned").zh


def test_after_days_without_a_worker_nobody_is_warned_of_what_is_over(world: HubWorld) -> None:
    late = reply(world)
    early = reply(world, "request:2", date(2026, 2, 27))

    found = watch.sweep(date(2026, 3, 18))

    assert [(one.event, one.due_on) for one in found] == [
        ("expired", early.due_on),
        ("escalated", early.due_on),
        ("expired", late.due_on),
    ]
    assert told("warned") == {}


def test_a_fact_is_dated_now_and_says_when_the_limit_fell_due(world: HubWorld) -> None:
    clock = reply(world)

    watch.sweep(date(2026, 6, 1))

    fact = facts(Deed.CLOCK_EXPIRED)[0]
    content = json.loads(fact.content)
    assert fact.at.astimezone(BEIJING).date() > date(2026, 6, 1)
    assert (content["due_on"], content["overdue_from"]) == ("2026-03-16", "2026-03-17")
    assert (fact.subject, fact.unit, fact.person) == (SUBJECT, clock.unit, None)


def test_what_rests_or_has_ended_is_left_alone(world: HubWorld) -> None:
    reply(world)
    reply(world, "request:2")
    clocks.rest("C4", SUBJECT, date(2026, 3, 5))
    clocks.stop("C4", "request:2", date(2026, 3, 5))

    assert events(date(2026, 3, 16), date(2026, 6, 1)) == []


def test_a_limit_that_is_only_marked_goes_no_further(world: HubWorld) -> None:
    clock = reply(world)
    Clock.objects.filter(pk=clock.pk).update(at_end="overdue")

    assert events(*days(DUE, date(2026, 4, 30))) == [
        (DUE, "warned"),
        (date(2026, 3, 17), "expired"),
    ]


def test_a_limit_that_escalates_does_so_the_day_it_is_over(world: HubWorld) -> None:
    clock = reply(world)
    Clock.objects.filter(pk=clock.pk).update(at_end="escalate")

    assert [one.event for one in watch.sweep(date(2026, 3, 17))] == ["expired", "escalated"]


def test_a_limit_with_warning_days_of_its_own_is_warned_of_by_them(world: HubWorld) -> None:
    own, usual = reply(world), reply(world, "request:2")
    Clock.objects.filter(pk=own.pk).update(warn_days=5)

    assert [one.subject for one in watch.sweep(date(2026, 3, 9))] == [own.subject]
    assert list(clocks.near(date(2026, 3, 9))) == [own]
    assert [one.subject for one in watch.sweep(date(2026, 3, 12))] == [usual.subject]


def test_after_an_extension_the_new_date_is_warned_of_anew(world: HubWorld) -> None:
    reply(world)
    watch.sweep(DUE)

    extended = clocks.extend("C4", SUBJECT)

    found = events(*days(DUE, date(2026, 4, 30)))
    assert extended.due_on == date(2026, 3, 30)
    assert [event for _, event in found] == ["warned", "expired", "escalated"]
    assert found[0][0] == date(2026, 3, 26)
    assert told("warned") == {"head": 2}


def test_after_a_rest_the_limit_is_told_of_from_the_start(world: HubWorld) -> None:
    reply(world)
    watch.sweep(DUE)
    clocks.rest("C4", SUBJECT, DUE)
    clocks.restart("C4", SUBJECT, date(2026, 4, 1))

    found = events(*days(date(2026, 4, 1), date(2026, 5, 30)))

    assert [event for _, event in found] == ["warned", "expired", "escalated"]


def test_a_missed_limit_stays_told_and_the_new_one_beside_it_is_told_of_too(
    world: HubWorld,
) -> None:
    reply(world)
    watch.sweep(date(2026, 3, 17))
    clocks.rest("C4", SUBJECT, date(2026, 3, 17))

    clocks.restart("C4", SUBJECT, date(2026, 4, 1))

    missed, anew = Clock.objects.order_by("pk")
    assert missed.expired_on == date(2026, 3, 17)
    assert anew.expired_on is None
    watch.sweep(date(2026, 5, 30))
    assert len(facts(Deed.CLOCK_EXPIRED)) == 2


def holiday(world: HubWorld, day: date, *, work: bool = False) -> None:
    calendar.set_day(world.reviewer, day, is_workday=work, note="", why=WHY)


def test_a_date_the_calendar_moved_is_told_once_and_warned_of_anew(world: HubWorld) -> None:
    reply(world)
    watch.sweep(date(2026, 3, 12))

    holiday(world, date(2026, 3, 13))

    found = events(*days(date(2026, 3, 12), date(2026, 3, 17)))
    assert found == [(date(2026, 3, 12), "moved"), (date(2026, 3, 12), "warned")]
    notice = Notice.objects.get(kind="told")
    assert notice.person.username == "head"
    assert "由 2026-03-16 改为 2026-03-17" in notice.zh


def test_a_date_moved_earlier_is_told_but_not_warned_of_again(world: HubWorld) -> None:
    reply(world)
    watch.sweep(date(2026, 3, 12))

    holiday(world, date(2026, 3, 14), work=True)  # a Saturday

    assert events(date(2026, 3, 12), date(2026, 3, 13)) == [(date(2026, 3, 12), "moved")]
    assert Clock.objects.get().due_on == date(2026, 3, 14)
    assert told("warned") == {"head": 1}


def test_a_date_that_came_back_before_anyone_was_told_needs_no_word(world: HubWorld) -> None:
    reply(world)

    holiday(world, date(2026, 3, 13))
    holiday(world, date(2026, 3, 13), work=True)

    assert events(date(2026, 3, 4)) == []


def test_two_changes_before_a_sweep_are_told_as_one(world: HubWorld) -> None:
    reply(world)

    holiday(world, date(2026, 3, 12))
    holiday(world, date(2026, 3, 13))

    assert events(date(2026, 3, 4)) == [(date(2026, 3, 4), "moved")]
    assert "由 2026-03-16 改为 2026-03-18" in Notice.objects.get(kind="told").zh


@pytest.mark.parametrize(
    ("swept", "over_again"),
    [
        (date(2026, 3, 17), True),  # not over on the 17th after all: told anew on the 18th
        (date(2026, 3, 18), False),  # over on the 18th all the same
    ],
)
def test_what_was_told_as_over_stays_so_unless_the_calendar_undoes_it(
    world: HubWorld, swept: date, over_again: bool
) -> None:
    reply(world)
    watch.sweep(swept)

    holiday(world, date(2026, 3, 13))  # due on the 17th now

    found = [event for _, event in events(date(2026, 3, 18))]
    assert found == (["moved", "expired"] if over_again else ["moved"])


def test_a_provisional_date_is_called_so(world: HubWorld) -> None:
    reply(world, started=date(2026, 12, 24))

    for day in days(date(2026, 12, 25), date(2027, 1, 7)):
        watch.sweep(day)

    assert "（暂定）" in Notice.objects.get(kind="warned").zh


def test_what_cannot_be_told_leaves_nothing_and_holds_nothing_up(
    world: HubWorld, caplog: pytest.LogCaptureFixture
) -> None:
    reply(world, "broken:1")
    reply(world, "request:2")
    watch.HOOKS["broken"] = Unit.objects, fail
    Clock.objects.filter(subject="broken:1").update(subject=f"broken:{world.units[2].pk}")

    with caplog.at_level(logging.ERROR):
        first = watch.sweep(date(2026, 3, 17))
    watch.HOOKS["broken"] = Unit.objects, lambda record, clock: None
    second = watch.sweep(date(2026, 3, 17))
    del watch.HOOKS["broken"]

    assert [one.subject for one in first] == ["request:2"]
    assert [one.event for one in second] == ["expired"]
    assert len(facts(Deed.CLOCK_EXPIRED)) == 2
    assert "will be tried again" in caplog.text


def fail(record: Unit, clock: Clock) -> None:
    raise RuntimeError("the hook is broken")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sets(st.integers(0, 60), min_size=1))
def test_whenever_the_worker_was_down_each_event_comes_at_most_once(
    hub_home: Path, world: HubWorld, awake: set[int]
) -> None:
    with transaction.atomic():
        clock = reply(world)
        swept = [MONDAY + timedelta(days=number) for number in sorted(awake)]

        found = events(*swept)

        names = [event for _, event in found]
        last = swept[-1]
        assert len(names) == len(set(names))
        assert ("expired" in names) == (last > clock.due_on)
        assert ("escalated" in names) == (last >= LONG_OVERDUE)
        assert all(day <= clock.due_on for day, event in found if event == "warned")
        transaction.set_rollback(True)
