"""What was made of the province so far: its units, systems, clouds and who acts for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from yunzhang import clock
from yunzhang.demo.hub_steps import Town
from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.oversee.building.project_models import Project
from yunzhang.people.models import Person, Unit
from yunzhang.people.permissions import Actor

WHY = "演示：全区面貌"
OLD = date(2016, 6, 1)


@dataclass
class Province:
    """What was made: the units of each city, its systems and its cloud, and who does it."""

    town: Town
    password: str
    today: date  # the day the demonstration is shown on
    random: Random
    reviewer: Actor
    region: Unit
    head: Actor
    officer: Person
    officers_head: Person
    cities: dict[str, list[Unit]] = field(default_factory=dict)
    counties: list[Unit] = field(default_factory=list)
    systems: list[InformationSystem] = field(default_factory=list)
    clouds: dict[str, Cloud] = field(default_factory=dict)
    chiefs: dict[int, Actor] = field(default_factory=dict)  # by unit
    decide: dict[str, Actor] = field(default_factory=dict)  # who decides on projects
    projects: dict[str, Project] = field(default_factory=dict)

    left_out: dict[str, None] = field(default_factory=dict)  # what the pack in force refused

    # Places among a city's units, its government being the first.
    civil = 2
    health = 3
    old = OLD

    @property
    def units(self) -> list[Unit]:
        return [*(unit for held in self.cities.values() for unit in held), *self.counties]

    @property
    def of_bureau(self) -> Actor:
        return self.town.officer("bureau", "provider_officer")

    @property
    def quarter_end(self) -> date | None:
        """The last day of the quarter; None where that is over when the demonstration is shown."""
        now = clock.today()
        month = (now.month + 2) // 3 * 3
        end = date(now.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return end if end >= self.today else None

    def at(self, unit: Unit, *, head: bool = False) -> Actor:
        """The data officer of a unit, or who heads its sharing body."""
        for office, known in self.town.units.items():
            if known.pk == unit.pk:
                role = "sharing_body_head" if head else "provider_officer"
                return self.town.officer(office, role)
        person = self.officers_head if head else self.officer
        return Actor(person, tuple(person.posts.filter(unit=unit).select_related("unit")))
