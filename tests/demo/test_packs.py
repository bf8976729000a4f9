"""The demonstration's people and steps under every pack that is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hub_world import PASSWORD, TOWNSHIPS, WHY, assessed, hub_home
from yunzhang.demo import hub_steps
from yunzhang.demo.tables import ASKED, REGISTERS, Register
from yunzhang.demo.town import OFFICIALS
from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.gather import catalog, harvest, systems
from yunzhang.gather.models import EntryVersion
from yunzhang.packs import read, shipped
from yunzhang.people import clocks
from yunzhang.protect.keys import SigningKey
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import EntryDraft

__all__ = ["hub_home"]


@pytest.fixture(params=shipped())
def town(request, db, settings, hub_home: Path) -> hub_steps.Town:
    """The demonstration's town, founded under this pack, with its two registers made small."""
    settings.PACK = request.param
    town = hub_steps.Town(hub_home)
    hub_steps.found(town, PASSWORD)
    for plan in REGISTERS:
        if plan.name in ASKED:
            town.entries[plan.name] = published(town, plan)
    return town


def published(town: hub_steps.Town, plan: Register) -> EntryVersion:
    """A table of four rows, carried from its source to a published entry."""
    place = town.folder / "sources" / plan.name
    place.mkdir()
    (place / "rows.csv").write_text(TOWNSHIPS, encoding="utf-8")
    spec = SourceSpec(kind=SourceKind.CSV, location=str(place), table="rows.csv")
    officer = town.officer(plan.office, "provider_officer")
    system = systems.register(officer, town.units[plan.office], plan.system, "", why=WHY)
    table = systems.register_table(officer, system, plan.name, plan.title, spec, why=WHY)
    version = catalog.draft(officer, harvest.gather(officer, table, why=WHY), why=WHY)
    share_type, condition = plan.share
    draft = replace(
        decode(version.draft, EntryDraft),
        classification=plan.classification,
        share_type=share_type,
        share_condition=condition,
        open_type="0",
        update_cycle=plan.cycle,
    )
    version = catalog.edit(officer, version, draft, why=WHY)
    version = assessed(officer, town.officer(plan.office, "sharing_body_head"), version)
    version = catalog.submit(officer, version, why=WHY)
    version = catalog.approve(town.officer(plan.office, "sharing_body_head"), version, why=WHY)
    return catalog.publish(town.officer("bureau", "sharing_authority"), version, why=WHY)


def test_the_town_asks_and_is_scored_under_the_packs_own_limits(town, settings):
    in_force = read(settings.PACK)

    hub_steps.ask(town, SigningKey.generate("health-api").public.text)
    hub_steps.score(town)

    running = list(clocks.running())
    assert len(running) == len(ASKED)
    for held in running:
        rule = in_force.clock(held.rule)
        assert (held.days, held.clause) == (rule.days, rule.cite.clause)


@pytest.mark.parametrize("pack", shipped())
def test_every_post_of_the_demonstration_is_a_role_of_the_pack(pack):
    roles = {role.id: role for role in read(pack).roles}

    assert all("desk.see" in roles[official.role].may for official in OFFICIALS)
