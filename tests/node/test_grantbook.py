"""The grant book: only what the hub signed, only for this node, never an older list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.node.staging import MASKS, Stage
from yunzhang.protect.keys import SigningKey, sign
from yunzhang.terms.faults import Refused
from yunzhang.terms.grant import KIND, REVOCATIONS_KIND, Revocation, RevocationList

# Two hours on, so that every list here is newer than the one the stage begins with.
NOW = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)


def listed(stage: Stage, number: int, issued_at: datetime = NOW) -> RevocationList:
    revoked = (Revocation(grant="G", state="ended", at=NOW),)
    return RevocationList(node=stage.home.name, number=number, issued_at=issued_at, revoked=revoked)


def refusal(deed) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.codes


def test_a_grant_survives_a_restart_byte_for_byte(stage: Stage):
    grant = stage.grant()

    book = stage.book

    assert book.find(grant.id).grant == grant
    assert book.faults == ()


def test_a_tampered_grant_file_is_refused_and_said_so(stage: Stage):
    grant = stage.grant()
    (file,) = (stage.home.folder / "grants").iterdir()
    file.write_bytes(file.read_bytes().replace("传染病防控".encode(), "商业化营销".encode()))

    book = stage.book

    assert [fault.code for fault in book.faults] == ["grant.tampered"]
    assert refusal(lambda: book.find(grant.id)) == ("grant.tampered",)


def test_a_grant_signed_by_someone_else_or_for_another_node_is_refused(stage: Stage):
    stranger = SigningKey.generate("hub.gx")

    forged = sign(KIND, stage.draft(), stranger)
    elsewhere = sign(KIND, stage.draft(node="other.gx"), stage.hub)
    bare = sign(KIND, stage.draft(masks=MASKS[:1]), stage.hub)

    assert refusal(lambda: stage.book.receive(forged)) == ("signed.key_unknown",)
    assert refusal(lambda: stage.book.receive(elsewhere)) == ("grant.other_node",)
    assert refusal(lambda: stage.book.receive(bare)) == ("grant.mask_missing",)


def test_an_older_revocation_list_never_replaces_a_newer_one(stage: Stage):
    book = stage.book
    book.receive_revocations(sign(REVOCATIONS_KIND, listed(stage, 9), stage.hub), NOW)

    older = sign(REVOCATIONS_KIND, listed(stage, 8, NOW + timedelta(seconds=1)), stage.hub)
    earlier = sign(REVOCATIONS_KIND, listed(stage, 9, NOW - timedelta(hours=1)), stage.hub)
    future = sign(REVOCATIONS_KIND, listed(stage, 10, NOW + timedelta(days=1)), stage.hub)

    assert refusal(lambda: book.receive_revocations(older, NOW)) == ("revocations.rollback",)
    assert refusal(lambda: book.receive_revocations(earlier, NOW)) == ("revocations.rollback",)
    assert refusal(lambda: book.receive_revocations(future, NOW)) == ("revocations.future",)
    assert stage.book.revocation("G") is not None


def test_a_list_issued_anew_without_change_only_renews_the_age(stage: Stage):
    book = stage.book
    first = sign(REVOCATIONS_KIND, listed(stage, 9, NOW - timedelta(hours=1)), stage.hub)
    again = sign(REVOCATIONS_KIND, listed(stage, 9), stage.hub)

    assert book.receive_revocations(first, NOW)
    assert book.receive_revocations(again, NOW)
    assert not book.receive_revocations(again, NOW)
    assert book.issued_at == NOW


def test_a_tampered_revocation_list_counts_as_none(stage: Stage):
    file = stage.home.folder / "revocations"
    file.write_bytes(file.read_bytes().replace(b'"number":1', b'"number":2'))

    book = stage.book

    assert [fault.code for fault in book.faults] == ["revocations.tampered"]
    assert book.issued_at is None
