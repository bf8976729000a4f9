"""Taking receipts in: all that the node signed, once, in order; nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.use.node_log import NOON, NodeLedger
from yunzhang.people.models import FactRow
from yunzhang.protect.keys import SigningKey
from yunzhang.protect.notes import Checkpoint, sign_checkpoint
from yunzhang.share.models import ShareRequest
from yunzhang.terms.document import decode
from yunzhang.terms.faults import Refused
from yunzhang.use import usage
from yunzhang.use.models import NodeLog, Usage, UsageDay


def take(world, text: str) -> int:
    return usage.take(world.node, text, NOON)


def refused(world, text: str) -> tuple[str, ...]:
    before = stored()
    with pytest.raises(Refused) as caught:
        take(world, text)
    assert stored() == before, "a refused batch must leave nothing half written"
    told = usage.last_fault(NodeLog.objects.get(), "en")
    assert [row["code"] for row in told] == list(caught.value.codes)
    return caught.value.codes


def stored() -> tuple[object, ...]:
    """Everything the hub holds of the log, its faults left out."""
    return (
        list(NodeLog.objects.filter(size__gt=0).values_list("size", "frontier", "checkpoint")),
        list(Usage.objects.order_by("index").values_list("index", "leaf")),
        sorted(UsageDay.objects.values_list("day", "grant", "answered", "refused", "rows")),
    )


def test_a_batch_is_taken_in_and_the_next_index_told(world, ledger):
    ledger.answer(3)

    assert take(world, ledger.batch(0, 3)) == 3

    row = Usage.objects.get(index=1)
    assert (row.grant, row.consumer, row.provider) == (
        ledger.grant.pk,
        world.consumer,
        world.provider,
    )
    assert row.leaf == ledger.leaves[1]
    assert UsageDay.objects.get().answered == 3
    assert UsageDay.objects.get().rows == 6
    assert FactRow.objects.filter(deed="receipts.taken", subject="node:mca-1").count() == 1


def test_a_repeated_batch_changes_nothing_and_an_overlapping_one_adds_only_the_new(world, ledger):
    ledger.answer(5)
    take(world, ledger.batch(0, 3))
    first = stored()

    assert take(world, ledger.batch(0, 3)) == 3
    assert stored() == first
    assert take(world, ledger.batch(1, 5)) == 5
    assert UsageDay.objects.get().answered == 5


def test_an_empty_batch_asks_where_the_hub_stands(world, ledger):
    ledger.answer(4)
    take(world, ledger.batch(0, 4))

    assert take(world, ledger.batch(0, 0, covered=4)) == 4


def test_a_backlog_comes_in_parts_under_one_head(world, ledger):
    ledger.answer(10)

    assert [take(world, ledger.batch(at, at + 2, covered=10)) for at in range(0, 10, 2)] == [
        2,
        4,
        6,
        8,
        10,
    ]


def test_a_gap_is_refused_and_says_where_to_go_on(world, ledger):
    ledger.answer(5)
    take(world, ledger.batch(0, 2))

    assert refused(world, ledger.batch(3, 5)) == ("batch.gap",)
    assert "2" in NodeLog.objects.get().fault


def test_a_fault_is_forgotten_with_the_next_good_batch(world, ledger):
    ledger.answer(2)
    refused(world, ledger.batch(1, 2))

    take(world, ledger.batch(0, 2))

    assert usage.last_fault(NodeLog.objects.get(), "zh") == []


def test_a_log_rewritten_before_what_was_taken_is_found(world, ledger):
    ledger.answer(4)
    take(world, ledger.batch(0, 2))
    ledger.leaves[0] = ledger.receipt(0, rows=0)

    assert refused(world, ledger.batch(2, 4)) == ("batch.log_forked",)
    assert refused(world, ledger.batch(0, 4)) == ("batch.receipt_changed",)


def test_a_broken_promise_is_found_when_its_size_is_reached(world, ledger):
    ledger.answer(6)
    take(world, ledger.batch(0, 2, covered=4))
    ledger.leaves[3] = ledger.receipt(3, rows=0)

    assert refused(world, ledger.batch(2, 6)) == ("batch.log_forked",)
    assert refused(world, ledger.batch(2, 3, covered=4)) == ("batch.log_forked",)


def test_a_head_that_does_not_reach_the_batchs_end_is_refused(world, ledger):
    ledger.answer(4)

    assert refused(world, ledger.batch(0, 4, checkpoint=ledger.head(3))) == (
        "batch.checkpoint_behind",
    )


def test_a_head_without_its_proof_is_refused(world, ledger):
    ledger.answer(5)

    assert refused(world, ledger.batch(0, 3, covered=5, consistency=())) == (
        "batch.consistency_wrong",
    )


def test_another_key_and_another_log_are_refused(world, ledger):
    ledger.answer(1)
    foreign = NodeLedger(SigningKey.generate("mca-1.node.local"), ledger.grant, ledger.leaves)
    other_head = sign_checkpoint(Checkpoint("other", 1, b"\0" * 32), world.node_key)

    assert refused(world, foreign.batch(0, 1)) == ("signed.key_unknown",)
    assert refused(world, ledger.batch(0, 1, log="other")) == ("batch.log_other",)
    assert refused(world, ledger.batch(0, 1, checkpoint=other_head)) == ("checkpoint.other_log",)
    assert refused(world, ledger.batch(0, 1, checkpoint=foreign.head(1))) == ("note.unsigned",)


@pytest.mark.parametrize(
    "leaf",
    [
        "{}",
        "no json",
        '{"call":"\\ud800"}',
        pytest.param({"rows": -1}, id="negative"),
        pytest.param({"rows": 2**31}, id="too many rows"),
        pytest.param({"at": NOON.replace(tzinfo=None)}, id="no zone"),
    ],
)
def test_what_is_no_receipt_is_refused_by_its_index(world, ledger, leaf):
    ledger.answer(2)
    ledger.leaves.append(leaf if isinstance(leaf, str) else ledger.receipt(2, **leaf))

    assert refused(world, ledger.batch(0, 3)) == ("batch.receipt_wrong",)
    assert "2" in NodeLog.objects.get().fault


def test_too_many_receipts_at_once_are_refused(world, ledger):
    ledger.leaves = ["{}"] * 10001

    assert refused(world, ledger.batch(0, 10001)) == ("batch.long",)


def test_receipts_of_unknown_units_and_wild_claims_are_kept(world, ledger):
    ledger.answer(
        2, consumer="?", provider="?", grant="g" * 99, purpose="\0" + "p" * 900, outcome="refused"
    )

    take(world, ledger.batch(0, 1))
    take(world, ledger.batch(1, 2))

    row, day = Usage.objects.get(index=0), UsageDay.objects.get()
    assert (row.consumer, row.provider, len(row.grant), row.purpose) == (None, None, 40, "p" * 200)
    assert row.leaf == ledger.leaves[0]
    assert (day.refused, day.answered, day.consumer) == (2, 0, None)


def test_days_are_chinas(world, ledger):
    ledger.answer(1, at=NOON.replace(hour=15, minute=59))
    ledger.answer(1, at=NOON.replace(hour=16))

    take(world, ledger.batch(0, 2))

    assert sorted(UsageDay.objects.values_list("day", flat=True)) == [
        date(2026, 11, 20),
        date(2026, 11, 21),
    ]


def test_usage_is_counted_by_consumer_purpose_resource_and_day(world, ledger):
    ledger.answer(3)
    ledger.answer(1, purpose="另一目的", outcome="refused", rows=0)
    take(world, ledger.batch(0, 4))

    (consumer,) = usage.by("consumer")
    assert (consumer.name, consumer.answered, consumer.refused, consumer.calls) == (
        "卫健委",
        3,
        1,
        4,
    )
    assert [(t.name, t.calls) for t in usage.by("purpose")] == [
        ("核对病例所在乡镇", 3),
        ("另一目的", 1),
    ]
    assert [(t.key, t.name) for t in usage.by("resource")] == [("307001/000001", "乡镇区划代码")]
    assert [t.key for t in usage.by("day")] == ["2026-11-20"]
    assert usage.by("scenario", unit=world.provider)[0].rows == 6
    assert usage.by("scenario", unit=world.authority) == []
    assert usage.by("scenario", since=date(2026, 11, 21)) == []
    with pytest.raises(Refused):
        usage.by("weather")


def test_usage_is_counted_by_the_priority_field_its_request_names(world, ledger):
    ledger.answer(2)
    take(world, ledger.batch(0, 2))
    assert [(t.key, t.calls) for t in usage.by("field")] == [("", 2)]

    ShareRequest.objects.filter(pk=ledger.grant.request_id).update(priority_field="rural")

    assert [(t.key, t.calls) for t in usage.by("field")] == [("rural", 2)]


def test_a_grant_is_unused_only_when_it_had_time_and_never_answered(world, ledger):
    issued = ledger.grant.issued_at.date()
    later = issued + timedelta(days=60)

    assert usage.approved_unused(issued + timedelta(days=1)) == []
    assert [grant.pk for grant in usage.approved_unused(later)] == [ledger.grant.pk]

    ledger.answer(1, outcome="refused", rows=0)
    take(world, ledger.batch(0, 1))
    assert [grant.pk for grant in usage.approved_unused(later)] == [ledger.grant.pk]

    ledger.answer(1)
    take(world, ledger.batch(1, 2))
    assert usage.approved_unused(later) == []


SIZE = 12
LOOSE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@LOOSE
@given(st.lists(st.tuples(st.integers(0, SIZE), st.integers(0, SIZE), st.integers(0, SIZE))))
def test_batches_in_any_order_and_overlap_end_in_the_same_state(world, ledger, spans):
    ledger.leaves = []
    ledger.answer(SIZE)
    with transaction.atomic():
        for start, length, ahead in spans:
            end = min(SIZE, start + length)
            size = NodeLog.objects.values_list("size", flat=True).first() or 0
            batch = ledger.batch(start, end, covered=min(SIZE, end + ahead))
            if start <= size:
                assert take(world, batch) == max(size, end)
            else:
                assert refused(world, batch) == ("batch.gap",)
        held = NodeLog.objects.values_list("size", flat=True).first() or 0
        take(world, ledger.batch(held, SIZE))
        parts = stored()
        transaction.set_rollback(True)
    with transaction.atomic():
        take(world, ledger.batch(0, SIZE))
        assert parts == stored()
        transaction.set_rollback(True)


@LOOSE
@given(st.data())
def test_whatever_is_changed_after_the_node_promised_is_found(world, ledger, data):
    ledger.leaves = []
    ledger.answer(SIZE)
    taken = data.draw(st.integers(0, SIZE - 1))
    with transaction.atomic():
        take(world, ledger.batch(0, taken, covered=SIZE))
        honest = ledger.batch(taken, SIZE)
        changed = data.draw(st.integers(0, SIZE - 1))
        ledger.leaves[changed] = ledger.receipt(changed, bytes=101)
        # Its own key signs the lie, under an honest or a lying head, from where it likes.
        start = data.draw(st.integers(0, min(taken, changed)))
        lies_in_head = data.draw(st.booleans())
        head = ledger.head(SIZE) if lies_in_head else _head(honest)
        lie = ledger.batch(start, SIZE, checkpoint=head)
        # Before the hub holds anything there is no word the node could break.
        if taken or not lies_in_head:
            assert refused(world, lie)
        transaction.set_rollback(True)


def _head(batch: str) -> str:
    body = decode(batch, dict)["body"]
    return str(body["checkpoint"])


@LOOSE
@given(st.data())
def test_a_batch_changed_on_its_way_is_found_wherever_it_is_changed(world, ledger, data):
    ledger.leaves = []
    ledger.answer(3)
    text = ledger.batch(0, 3)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[at]))
    with transaction.atomic():
        with pytest.raises(Refused):
            take(world, text[:at] + other + text[at + 1 :])
        assert not Usage.objects.exists()
        transaction.set_rollback(True)
