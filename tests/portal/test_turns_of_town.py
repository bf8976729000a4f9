"""Turns over a whole town: every open matter waits for those its step names, and nothing else."""

from __future__ import annotations

from tests.portal.town import WHY, Town
from yunzhang import clock
from yunzhang.gather import catalog, keeping
from yunzhang.gather.models import EntryVersion
from yunzhang.people import cases, courses, turns
from yunzhang.people.courses import Matter
from yunzhang.people.models import Case, Clock, Notice, Turn
from yunzhang.portal.people import waiting
from yunzhang.share import corrections, disputes, misuse, needs, requests, services
from yunzhang.share.models import ShareRequest
from yunzhang.terms import procedures
from yunzhang.terms.pack_rows import Procedure

Seats = set[tuple[str, str]]


def expected(procedure: Procedure, state: str, matter: Matter) -> Seats:
    step = procedures.step_of(procedure, state)
    if not step.moves or not step.party:
        return set()
    held = turns.holders(step.who, matter.units(step.party))
    return {(role, unit.code if unit else "") for role, unit in held}


def matters() -> dict[str, tuple[Seats, str]]:
    """Every record with a procedure: who has to act, and the clock of its step."""
    found: dict[str, tuple[Seats, str]] = {}

    def note(procedure: Procedure, state: str, matter: Matter) -> None:
        rule = procedures.step_of(procedure, state).clock
        found[matter.subject] = expected(procedure, state, matter), rule

    for row in ShareRequest.objects.select_related("consumer", "provider"):
        note(courses.of(row.procedure), row.state, requests.matter_of(row))
    for version in EntryVersion.objects.exclude(state="superseded"):
        note(courses.of(catalog.PROCEDURE), version.state, catalog.matter_of(version))
    for case in Case.objects.select_related("course"):
        note(cases.course_of(case), case.step, cases.matter_of(case))
    return found


def busy(town: Town) -> None:
    """More matters under way, of every kind that a town's people open."""
    resource = town.entries["townships"].resource
    corrections.ask(town.consumer, resource, ["code"], "代码有误", why=WHY)
    misuse.report(town.auditor, town.grants["granted"], "调用异常", why=WHY)
    services.propose(town.provider, resource, "change", "改版", clock.today(), why=WHY)
    need = needs.state(
        town.consumer,
        "接种点名录",
        ["名称"],
        scenario="免疫规划",
        legal_basis="《疫苗管理法》",
        why=WHY,
    )
    cases.move(town.consumer_head, need, "approve", why=WHY)
    done = disputes.raise_(town.consumer_head, town.requests["refused"], "意见", why=WHY)
    cases.move(town.consumer_head, done, "withdraw", why=WHY)
    requests.withdraw(town.consumer, town.requests["noticed"], why=WHY)


def test_every_open_matter_waits_for_those_its_step_names(town) -> None:
    busy(town)
    rows = Turn.objects.select_related("unit")
    held: dict[str, Seats] = {}
    for row in rows:
        held.setdefault(row.subject, set()).add((row.role, row.unit.code if row.unit else ""))

    known = matters()

    assert {subject: held.get(subject, set()) for subject in known} == {
        subject: seats for subject, (seats, _rule) in known.items()
    }


def test_the_clock_of_a_step_runs_and_no_other_of_the_matter(town) -> None:
    busy(town)
    known = matters()

    running: dict[str, list[str]] = {}
    for row in Clock.objects.filter(ended_on=None, subject__in=known):
        running.setdefault(row.subject, []).append(row.rule)

    assert running == {s: [rule] for s, (_seats, rule) in known.items() if rule}


def test_nobody_is_called_to_what_waits_for_nobody(town) -> None:
    busy(town)
    calls = Notice.objects.filter(kind="turn", read_at=None).values_list("subject", flat=True)

    assert set(calls) <= set(Turn.objects.values_list("subject", flat=True))


def test_what_has_mended_itself_calls_nobody_any_more(town) -> None:
    resource = town.entries["stat-codes"].resource
    calls = Notice.objects.filter(subject=f"drift:{resource.code}", kind="turn", read_at=None)
    called = calls.count()

    keeping.drifted(resource, ())

    assert called > 0
    assert not calls.exists()


def test_what_stands_on_a_desk_opens_for_whoever_it_waits_for(town, visit) -> None:
    busy(town)

    for name, actor in town.actors.items():
        client = visit(name)
        for turn in turns.mine(actor):
            address = waiting.address(turn.subject, turn.reference)
            assert client.get(address).status_code == 200, (name, turn.subject, address)
