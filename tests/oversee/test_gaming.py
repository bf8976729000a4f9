"""Gaming: signs by hand-made sums and by real receipts; confirmed, they count no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.share.world import WHY, World, build, person
from tests.use.node_log import NodeLedger
from yunzhang import clock
from yunzhang.clock import BEIJING
from yunzhang.oversee import indicators
from yunzhang.oversee.models import GamingMark, Score
from yunzhang.oversee.scoring import gaming, scores, suspicions
from yunzhang.oversee.scoring.gaming import Calls, Report, Same, Sign, Withdrawn
from yunzhang.packs import read
from yunzhang.people.models import Clock, FactRow, Unit
from yunzhang.people.permissions import Actor
from yunzhang.share import requests
from yunzhang.share.models import GrantRow
from yunzhang.terms.document import decode
from yunzhang.terms.faults import Refused
from yunzhang.use import usage
from yunzhang.use.models import Usage, UsageDay

TODAY = date(2026, 6, 30)
PACK = read("national")
LIMITS = {name: PACK.limit(name) for name in suspicions.LIMITS}
OLD = TODAY - timedelta(200)
PLAIN = Calls(
    grant="g", unit=1, own_house=False, calls=50, empty=0, late=3,
    first=TODAY - timedelta(80), last=TODAY, issued_on=OLD, ever=500,
)  # fmt: skip


def rules(one: Calls) -> list[str]:
    return [sign.rule for sign in gaming.of_calls([one], TODAY, LIMITS)]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"own_house": True}, [gaming.SELF]),
        ({"own_house": True, "calls": 9, "late": 0}, []),
        ({"empty": 20}, [gaming.EMPTY]),
        ({"empty": 19}, []),
        ({"late": 45}, [gaming.BUNCHED]),  # 90 percent of 50
        ({"late": 44}, []),
        ({"late": 45, "issued_on": TODAY - timedelta(60)}, []),  # a young grant
        ({"calls": 19, "late": 19}, []),  # too few to speak of
        # Issued 30 days before it counts as unused, called on the 27th: 3 days before.
        ({"calls": 1, "ever": 1, "late": 0, "last": OLD + timedelta(27)}, [gaming.ONCE]),
        ({"calls": 1, "ever": 1, "late": 0, "last": OLD + timedelta(24)}, []),
        ({"calls": 1, "ever": 1, "late": 0, "last": OLD + timedelta(31)}, []),
        ({"calls": 1, "ever": 2, "late": 0, "last": OLD + timedelta(27)}, []),
    ],
)
def test_signs_follow_from_the_sums_of_a_grant(changes, found):
    assert rules(replace(PLAIN, **changes)) == found


def test_answers_of_one_size_are_a_sign_from_the_threshold_on():
    same = Same("g", 1, rows=3, bytes=90, calls=100, first=OLD, last=TODAY)

    assert [sign.rule for sign in gaming.of_answers([same], LIMITS)] == [gaming.REPEATED]
    assert not list(gaming.of_answers([replace(same, calls=99)], LIMITS))


def test_requests_taken_back_at_once_are_a_sign_when_they_are_several():
    back = [Withdrawn(f"request:{n}", 1, TODAY, TODAY + timedelta(3)) for n in (1, 2, 3)]

    [sign] = gaming.of_requests(back, LIMITS)

    assert (sign.count, sign.requests) == (3, ("request:1", "request:2", "request:3"))
    assert not list(gaming.of_requests(back[:2], LIMITS))
    slow = replace(back[2], back_on=TODAY + timedelta(4))
    assert not list(gaming.of_requests([*back[:2], slow], LIMITS))


@pytest.mark.parametrize(
    ("characters", "file", "repeated", "found"),
    [(19, False, False, 1), (20, False, False, 0), (0, True, False, 0), (900, False, True, 1)],
)
def test_a_report_that_says_nothing_is_a_sign(characters, file, repeated, found):
    report = Report("case:1", 1, TODAY, characters, file, repeated)

    assert len(list(gaming.of_reports([report], LIMITS))) == found


def test_units_under_one_parent_are_a_house_while_they_are_few():
    ministry, *bureaus = (Unit(pk=number, parent_id=None) for number in range(1, 5))
    for bureau in bureaus:
        bureau.parent_id = ministry.pk

    assert suspicions.house([ministry, *bureaus], 3) == {1: 1, 2: 1, 3: 1, 4: 1}
    assert suspicions.house([ministry, *bureaus], 2) == {1: 1, 2: 2, 3: 3, 4: 4}


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.HUB_KEY = tmp_path / "hub.key"
    return build()


@pytest.fixture
def auditor(world) -> Actor:
    return person("wu", (world.authority, "auditor"))


@pytest.fixture
def grant(world) -> GrantRow:
    """A grant of 40 days ago, whose every call today brought nothing."""
    found = world.granted()
    GrantRow.objects.update(issued_at=clock.now() - timedelta(days=40))
    ledger = NodeLedger(world.node_key, found)
    noon = datetime.combine(clock.today(), datetime.min.time(), BEIJING) + timedelta(hours=1)
    ledger.answer(25, at=noon, rows=0)
    usage.take(world.node, ledger.batch(0, 25), clock.now())
    return GrantRow.objects.get(pk=found.pk)


def used(world: World) -> tuple[int, int]:
    figure = indicators.figure("approved_used", [world.consumer], clock.today())
    return figure.hits, figure.of


def test_an_empty_loop_opens_to_its_receipts_and_confirmed_counts_no_more(world, auditor, grant):
    [sign] = suspicions.signs(clock.today())
    assert (sign.rule, sign.subject, sign.count) == (gaming.EMPTY, f"grant:{grant.pk}", 25)
    assert suspicions.receipts(sign).count() == 25
    assert used(world) == (1, 1)

    mark = suspicions.mark(
        auditor, sign.rule, sign.subject, clock.today(), confirmed=True, why="空转"
    )

    assert used(world) == (0, 1)
    assert (mark.calls, mark.unit) == (25, world.consumer)
    assert UsageDay.objects.get().discounted == 25
    assert Usage.objects.filter(discounted=True).count() == 25
    assert suspicions.signs(clock.today()) == []
    fact = FactRow.objects.get(deed="gaming.marked")
    assert decode(fact.content, dict)["calls"] == 25
    assert fact.why == "空转"


def test_a_score_frozen_before_stays_and_the_next_one_counts_without(world, auditor, grant):
    before = scores.freeze(world.reviewer, "2026Q1", clock.today(), why=WHY)
    signed = {row.pk: row.signed for row in before}
    [sign] = suspicions.signs(clock.today())

    suspicions.mark(auditor, sign.rule, sign.subject, clock.today(), confirmed=True, why="空转")
    after = scores.freeze(world.reviewer, "2026Q2", clock.today(), why=WHY)

    shown = {row.period: scores.shown(row)["approved_used"]["percent"]
             for row in [*before, *after] if row.unit == world.consumer}  # fmt: skip
    assert shown == {"2026Q1": "100.00", "2026Q2": "0.00"}
    assert all(Score.objects.get(pk=pk).signed == text for pk, text in signed.items())


def test_what_is_found_groundless_counts_on_and_is_shown_no_more(world, auditor, grant):
    [sign] = suspicions.signs(clock.today())

    suspicions.mark(auditor, sign.rule, sign.subject, clock.today(), confirmed=False, why="联调")

    assert used(world) == (1, 1)
    assert suspicions.signs(clock.today()) == []
    assert GamingMark.objects.get().confirmed is False


def test_limits_of_requests_taken_back_count_no_more(world, auditor):
    for number in range(3):
        made = world.applied(purpose=f"试探{number}")
        requests.withdraw(world.consumer_officer, made, why="不需要了")
    counted = Clock.objects.filter(unit=world.provider, ended_on__isnull=False)
    assert counted.count() == 3
    first = scores.freeze(world.reviewer, "2026Q1", clock.today(), why=WHY)
    [sign] = suspicions.signs(clock.today())

    suspicions.mark(auditor, sign.rule, sign.subject, clock.today(), confirmed=True, why="串通")
    second = scores.freeze(world.reviewer, "2026Q2", clock.today(), why=WHY)

    def held(rows: list[Score]) -> int:
        row = next(row for row in rows if row.unit == world.provider)
        return len(scores.shown(row)["clock_punctuality"]["held"])

    assert (held(first), held(second)) == (3, 0)
    assert suspicions.signs(clock.today()) == []


def test_only_the_auditor_marks_with_a_reason_and_once(world, auditor, grant):
    [sign] = suspicions.signs(clock.today())

    def mark(actor: Actor, why: str) -> tuple[str, ...]:
        with pytest.raises(Refused) as caught:
            suspicions.mark(actor, sign.rule, sign.subject, clock.today(), confirmed=True, why=why)
        return caught.value.codes

    assert mark(world.consumer_head, "空转") == ("permission.missing",)
    assert mark(auditor, " ") == ("act.reason_missing",)
    suspicions.mark(auditor, sign.rule, sign.subject, clock.today(), confirmed=True, why="空转")
    assert mark(auditor, "空转") == ("gaming.sign_gone",)


def test_every_sign_has_a_name_and_thresholds_are_rows():
    assert all(isinstance(sign, Sign) for sign in gaming.of_calls([PLAIN], TODAY, LIMITS))
    assert {name for name in LIMITS if name.startswith("gaming.")} == {
        row.id for row in PACK.limits if row.id.startswith("gaming.")
    }
