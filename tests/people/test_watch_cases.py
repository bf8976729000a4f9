"""What the sweep does at a case's step: the move the hub itself makes, and whom it escalates to."""

from __future__ import annotations

from datetime import date, datetime

from tests.hub_world import HubWorld
from tests.people.limits import LONG_OVERDUE, MONDAY, days, events, facts, told
from yunzhang.clock import BEIJING
from yunzhang.people import cases, clocks, courses
from yunzhang.people.models import Case, CaseParty, Clock, Course
from yunzhang.terms.document import encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.pack_rows import Citation, Move, Procedure, Step


def waiting_case(world: HubWorld, overdue: str) -> Case:
    """A case at a step with C6 running, where the hub itself makes the move `overdue`."""
    lapse = Move(id="lapse", zh="逾期终止", en="Lapse", to="ended")
    procedure = Procedure(
        id="p",
        zh="校核",
        en="Verification",
        subject="data",
        cite=Citation(document="d", clause="c"),
        steps=(
            Step(
                id="verify",
                zh="核实",
                en="Verify",
                party="provider",
                who=("provider_officer",),
                clock="C6",
                overdue=overdue,
                escalate=("sharing_body_head",),
                moves=(lapse,),
            ),
            Step(id="ended", zh="终止", en="Ended"),
        ),
    )
    course = Course.objects.create(digest="0" * 64, text=encode(procedure).decode())
    begun = datetime(2026, 3, 2, tzinfo=BEIJING)
    case = Case.objects.create(
        number="SX2026-000001",
        procedure="p",
        course=course,
        step="verify",
        about="resource:1",
        title="区划代码有误",
        opened_at=begun,
        moved_at=begun,
    )
    CaseParty.objects.create(case=case, party="provider", unit=world.units[2])
    clocks.start("C6", f"case:{case.pk}", world.units[2], MONDAY, reference=case.number)
    courses.settle(procedure, cases.matter_of(case), procedure.steps[0])
    return case


def test_the_hub_makes_the_move_its_procedure_has_for_a_limit_that_is_over(
    world: HubWorld,
) -> None:
    case = waiting_case(world, "lapse")

    found = events(date(2026, 3, 17), LONG_OVERDUE)

    case.refresh_from_db()
    assert found == [(date(2026, 3, 17), "expired")]
    assert (case.step, case.moves.get().move, case.moves.get().person) == ("ended", "lapse", None)
    assert Clock.objects.get(rule="C6").ended_on is not None
    assert len(facts(Deed.CLOCK_EXPIRED)) == len(facts(Deed.CASE_MOVED)) == 1


def test_a_limit_goes_up_to_the_roles_its_step_names_and_to_the_authority(
    world: HubWorld,
) -> None:
    waiting_case(world, "")

    found = events(*days(date(2026, 3, 12), LONG_OVERDUE))

    assert [event for _, event in found] == ["warned", "expired", "escalated"]
    assert told("warned") == {"officer": 1}
    assert told("escalated") == {"head": 1, "reviewer": 1, "second_reviewer": 1}
