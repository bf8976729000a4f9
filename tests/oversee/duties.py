"""What tests of dated duties share: a hub under a local pack, with its chiefs and its office."""

from __future__ import annotations

from datetime import date, timedelta

from tests.hub_world import PASSWORD, WHY, HubWorld
from yunzhang import clock
from yunzhang.oversee.duties import dated
from yunzhang.oversee.reports import quarterly
from yunzhang.people import cases, identity
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor, actor_of, pack
from yunzhang.terms.dates import report_dates


def holder(hub: HubWorld, name: str, unit: Unit, role: str) -> Actor:
    """Somebody new who holds a post from today on."""
    person = identity.register(hub.reviewer, name, f"{name} 某", PASSWORD, [(unit, role)], why=WHY)
    return actor_of(person, clock.today())


def days(id: str) -> tuple[date, date]:
    """The last day a report was due on, and the next."""
    [rule] = [row for row in pack().reports if row.id == id]
    today, year = clock.today(), timedelta(days=366)
    past = report_dates(rule, today - year, today - timedelta(days=1))
    return past[-1], report_dates(rule, today, today + year)[0]


def opened(id: str, on: date) -> list[Case]:
    """The cases the worker opens for one report on its very day."""
    found = dated.open_due(on, on)
    return [case for case in found if case.about == f"dated:reports:{id}:{on}"]


def take(actor: Actor, case: Case, move: str, **papers: str) -> Case:
    """Make a move with papers named shortly; a report goes up with its figures."""
    if quarterly.hands_in(case, move):
        return quarterly.submit(actor, case, papers.get("report", ""), why=WHY)
    given = {f"paper.{name}": text for name, text in papers.items()}
    return cases.move(actor, case, move, papers=given, why=WHY)
