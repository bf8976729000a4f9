"""A small hub for tests: an authority, a provider, a consumer, their people, a table's source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.gather import assessments, catalog, harvest, systems
from yunzhang.gather.models import DataTable, EntryVersion
from yunzhang.people import cases, founding
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, actor_of
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.identifiers import credit_check, org_check

TODAY = date(2026, 3, 2)
FOUNDED_ON = date(2026, 1, 1)
PASSWORD = "wan-xiang-geng-xin-7"
WHY = "测试"

TOWNSHIPS = """code,name,county_code
451024001,足荣镇,451024
451024002,马隘镇,451024
451024003,东凌镇,451024
450102001,津头街道,450102
"""


def credit_code(serial: int) -> str:
    stem = f"MT{serial:06d}"
    body = f"11450000{stem}{org_check(stem)}"
    return body + credit_check(body)


UNITS = (
    founding.NewUnit(credit_code(1), "大数据发展局", "数据局", "province", "", is_authority=True),
    founding.NewUnit(credit_code(2), "民政厅", "民政", "province"),
    founding.NewUnit(credit_code(3), "卫生健康委员会", "卫健", "province"),
)
PEOPLE = {
    "reviewer": (1, "sharing_authority"),
    "second_reviewer": (1, "sharing_authority"),
    "officer": (2, "provider_officer"),
    "head": (2, "sharing_body_head"),
    "outsider": (3, "provider_officer"),
    "auditor": (1, "auditor"),
}


@dataclass
class HubWorld:
    """Units by number, actors by name, and the folder of the sources."""

    units: dict[int, Unit]
    actors: dict[str, Actor]
    sources: Path

    def __getattr__(self, name: str) -> Actor:
        return self.actors[name]

    def csv(self, text: str = TOWNSHIPS, folder: str = "civil") -> SourceSpec:
        """A folder of CSV with one table."""
        place = self.sources / folder
        place.mkdir(exist_ok=True)
        (place / "townships.csv").write_text(text, encoding="utf-8")
        return SourceSpec(kind=SourceKind.CSV, location=str(place), table="townships.csv")

    def table(self, name: str = "townships", text: str = TOWNSHIPS) -> DataTable:
        """A registered table of the provider, not yet gathered."""
        system = systems.register(self.officer, self.units[2], f"区划系统 {name}", "", why=WHY)
        source = self.csv(text, folder=name)
        return systems.register_table(self.officer, system, name, "乡级行政区划", source, why=WHY)

    def drafted(self, name: str = "townships") -> EntryVersion:
        """A gathered table's entry, just drafted."""
        table = harvest.gather(self.officer, self.table(name), why=WHY)
        return catalog.draft(self.officer, table, why=WHY)

    def completed(self, version: EntryVersion, **changes: object) -> EntryVersion:
        """The drafted entry with what only the unit can know."""
        filled = {
            "share_type": "1",
            "open_type": "0",
            "update_cycle": "year",
        }
        form = replace(decode(version.draft, EntryDraft), **{**filled, **changes})
        version = catalog.edit(self.officer, version, form, why=WHY)
        return assessed(self.officer, self.head, version)

    def published(self, name: str = "townships", **changes: object) -> EntryVersion:
        """An entry all the way to its publication."""
        version = self.completed(self.drafted(name), **changes)
        version = catalog.submit(self.officer, version, why=WHY)
        version = catalog.approve(self.head, version, why=WHY)
        return catalog.publish(self.reviewer, version, why=WHY)


def assessed(officer: Actor, head: Actor, version: EntryVersion) -> EntryVersion:
    """The version with both assessments handed in by its officer and approved by its head."""
    items = decode(version.draft, EntryDraft).items
    if not assessments.cleared(version.resource, items):
        case = assessments.begin(
            officer, version, secrecy_risk="不涉密", privacy_impact="影响可控", why=WHY
        )
        cases.move(head, case, "approve", why=WHY)
    return EntryVersion.objects.select_related("resource__unit").get(pk=version.pk)


def build(sources: Path) -> HubWorld:
    persons = [
        founding.NewPerson(name, f"{name} 某", PASSWORD, ((credit_code(unit), role),))
        for name, (unit, role) in PEOPLE.items()
    ]
    made = founding.found(UNITS, persons, FOUNDED_ON)
    units = {number: made.units[credit_code(number)] for number in (1, 2, 3)}
    actors = {name: actor_of(person, TODAY) for name, person in made.persons.items()}
    return HubWorld(units, actors, sources)


@pytest.fixture
def hub_home(settings, tmp_path: Path) -> Path:
    """The hub's folder, for one test alone."""
    settings.HUB_KEY = tmp_path / "hub.key"
    settings.LEDGER = tmp_path / "log"
    settings.LAKE = tmp_path / "lake"
    settings.SECRETS = tmp_path / "secrets"
    settings.SOURCES = [tmp_path / "sources"]
    (tmp_path / "sources").mkdir()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path


@pytest.fixture
def hub(db, hub_home: Path) -> HubWorld:
    return build(hub_home / "sources")
