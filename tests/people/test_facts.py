"""Facts reach the log once each, in order, whatever breaks between appending and marking."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hub_world import WHY, HubWorld, credit_code
from yunzhang.people import facts, units
from yunzhang.people.act import act
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import FactRow, Unit
from yunzhang.protect.ledger import Ledger
from yunzhang.terms.document import decode, digest
from yunzhang.terms.fact import Deed, Fact
from yunzhang.terms.faults import Refused


class Killed(Exception):
    """Stands for the moment the process dies."""


class DyingLog:
    """The real ledger, in a process that dies just after an append became durable."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    @property
    def size(self) -> int:
        return self.ledger.size

    def append(self, entries: list[bytes]) -> range:
        self.ledger.append(entries)
        raise Killed

    def entries(self, start: int, stop: int) -> list[bytes]:
        return self.ledger.entries(start, stop)


def test_every_fact_is_in_the_log_at_its_index(hub: HubWorld) -> None:
    with facts.open_log() as log:
        count = facts.drain(log)

        assert count == FactRow.objects.count() == log.size
        assert facts.waiting() == 0
        for row in FactRow.objects.all():
            assert log.entry(facts.leaf_index(row)) == row.leaf.encode()
        assert facts.drain(log) == 0


def test_a_crash_between_appending_and_marking_appends_nothing_twice(hub: HubWorld) -> None:
    with facts.open_log() as log:
        with pytest.raises(Killed):
            facts.drain(DyingLog(log))
        size = log.size

    with facts.open_log() as log:
        count = facts.drain(log)

        assert size == log.size == FactRow.objects.count()
        assert count == 0
        indexes = FactRow.objects.order_by("number").values_list("index", flat=True)
        assert list(indexes) == list(range(size))


def test_a_log_put_back_from_an_old_copy_is_noticed(hub: HubWorld, tmp_path: Path) -> None:
    with facts.open_log() as log:
        facts.drain(log)

    with Ledger.open(tmp_path / "old", hub_key()) as old, pytest.raises(Refused) as refused:
        facts.drain(old)

    assert refused.value.codes == ("facts.lost",)


def test_a_log_with_an_entry_the_database_does_not_know_is_noticed(hub: HubWorld) -> None:
    with facts.open_log() as log:
        facts.drain(log)
        newest = FactRow.objects.order_by("-number").first()
        FactRow.objects.filter(pk=newest.pk).delete()

        with pytest.raises(Refused) as refused:
            facts.drain(log)

    assert refused.value.codes == ("facts.strange",)


def test_a_leaf_names_deed_and_pseudonym_but_no_words(hub: HubWorld) -> None:
    unit = units.register(
        hub.reviewer, credit_code(9), "自然资源厅", "自然", "province", why="新设部门"
    )

    row = FactRow.objects.order_by("-number").first()
    fact = decode(row.leaf, Fact)

    assert (fact.deed, fact.subject) == (Deed.UNIT_REGISTERED, f"unit:{unit.code}")
    assert fact.actor == f"person:{hub.reviewer.person.pk}"
    assert "新设部门" not in row.leaf
    assert "自然资源厅" not in row.leaf
    assert fact.why_hash == digest((row.salt + row.why).encode())
    assert fact.content_hash == digest((row.salt + row.content).encode())


def _half_a_registration() -> None:
    Unit.objects.create(code=credit_code(9), name="新厅", short_name="新")
    raise Killed


def test_a_deed_that_fails_leaves_neither_change_nor_fact(hub: HubWorld) -> None:
    before = FactRow.objects.count(), Unit.objects.count()

    with pytest.raises(Killed), act(hub.reviewer, Deed.UNIT_REGISTERED, unit=None, why=WHY):
        _half_a_registration()

    assert (FactRow.objects.count(), Unit.objects.count()) == before
