"""Patrols: sealed, drawn by the log, unseen until they begin; what is wrong is mended and checked."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.hub_world import WHY, HubWorld
from tests.oversee.duties import holder, take
from tests.share.moments import Days, refused
from yunzhang import clock
from yunzhang.gather import systems
from yunzhang.oversee.duties import dated
from yunzhang.oversee.inspection import findings, patrols, teams
from yunzhang.oversee.inspection.findings import Seen
from yunzhang.oversee.inspection.patrol_models import Patrol, Sampled
from yunzhang.oversee.inspection.sealing import PatrolForm
from yunzhang.oversee.inspection.teams import TeamForm
from yunzhang.people import facts, notices
from yunzhang.people.cases import Paper
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Clock, FactRow
from yunzhang.people.permissions import Actor
from yunzhang.protect.verify_sample import verify_sample
from yunzhang.terms import sample
from yunzhang.terms.document import encode, plain, replace

MONDAY = date(2026, 3, 2)
DRAW_AT = datetime(2026, 3, 2, 5, tzinfo=UTC)  # 13:00 in Beijing
ITEM = "provider.catalog"


@pytest.fixture(autouse=True)
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    """First of all: what the hub is founded with comes before the drawing."""
    return Days(monkeypatch, MONDAY)


@pytest.fixture
def inspector(hub: HubWorld, days: Days) -> Actor:
    """Somebody of the authority who patrols."""
    return holder(hub, "inspector", hub.units[1], "cloud_chief_office")


def form(hub: HubWorld, inspector: Actor, **changes: Any) -> PatrolForm:
    assert inspector.person is not None
    return PatrolForm(
        **{
            "title": "春季巡云",
            "unannounced": True,
            "of": "unit",
            "size": 1,
            "scope": [hub.units[2], hub.units[3]],
            "checklist": "provider",
            "draw_at": DRAW_AT,
            "begins_on": date(2026, 3, 4),
            "patrollers": [inspector.person],
            **changes,
        }
    )


def planned(hub: HubWorld, inspector: Actor, **changes: Any) -> Patrol:
    return patrols.plan(hub.reviewer, hub.units[1], form(hub, inspector, **changes), why=WHY)


def carry() -> None:
    """The worker takes the facts to the log and publishes it."""
    with facts.open_log() as log:
        facts.drain(log)
        log.publish()


def drawn(hub: HubWorld, days: Days, patrol: Patrol) -> Patrol:
    """Two days on, when the moment of the drawing is over."""
    days.on(3, 4)
    carry()
    return patrols.draw(hub.reviewer, patrol, why=WHY)


def begun(hub: HubWorld, days: Days, inspector: Actor, **changes: Any) -> Patrol:
    patrol = drawn(hub, days, planned(hub, inspector, **changes))
    return patrols.begin(inspector, patrol, why=WHY)


def kept(patrol: Patrol) -> bytes:
    """The file anyone draws again from."""
    return b'{"drawing":' + patrol.drawn.encode() + b',"frame":' + patrol.frame.encode() + b"}"


def test_anyone_draws_the_sample_again_from_the_published_seed(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    for number in range(9):
        systems.register(hub.officer, hub.units[2], f"系统{number}", "", why=WHY)
    patrol = planned(hub, inspector, of="system", size=3)
    carry()
    at_noon = [row.leaf.encode() for row in FactRow.objects.order_by("index")]

    patrol = drawn(hub, days, patrol)

    # By hand, with nothing of ours: RFC 6962 over the leaves there were, then two plain hashes.
    root = merkle_root(at_noon).hex()
    frame = json.loads(patrol.frame)
    sealed = sha256(patrol.frame.encode()).hexdigest()
    seed = sha256(f"{root}\n{sealed}".encode()).hexdigest()
    ranked = sorted(
        (line["id"] for line in frame["lines"]),
        key=lambda id: sha256(f"{seed}\n{id}".encode()).hexdigest(),
    )
    assert sealed == patrol.digest
    assert [one.line for one in patrol.sample.order_by("place")] == ranked[:3]


def merkle_root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1" + merkle_root(leaves[:half]) + merkle_root(leaves[half:])).digest()


def test_the_kept_file_and_the_log_prove_the_drawing(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    patrol = drawn(hub, days, planned(hub, inspector))
    carry()

    verdict = verify_sample(kept(patrol), hub_key().public.text, Path(settings.LEDGER))

    assert verdict.ok, verdict.plain()
    assert len(verdict.steps) == 4


def test_a_list_changed_after_it_was_sealed_does_not_prove_the_drawing(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    patrol = drawn(hub, days, planned(hub, inspector))
    frame = patrols.frame_of(patrol)
    patrol.frame = encode(replace(frame, lines=frame.lines[:1])).decode()

    verdict = verify_sample(kept(patrol), hub_key().public.text)

    assert verdict.wrong is not None
    assert verdict.wrong.code == "sample.list_other"


def test_nobody_draws_before_the_sealed_moment_or_before_the_log_holds_all(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    patrol = planned(hub, inspector)

    early = refused(patrols.draw, hub.reviewer, patrol, why=WHY)
    days.on(3, 4)
    waiting = refused(patrols.draw, hub.reviewer, patrol, why=WHY)

    assert (early, waiting) == (("patrol.draw_early",), ("patrol.log_waiting",))
    assert not patrol.sample.exists()


def test_a_value_from_outside_goes_into_the_seed_once_it_is_published(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    # The root stands still at eleven on the third; the numbers are those of the fourth.
    moment = {"draw_at": datetime(2026, 3, 3, 3, tzinfo=UTC), "begins_on": date(2026, 3, 5)}
    patrol = planned(hub, inspector, outside="kl8", **moment)
    told = {"outside": "05、12 33", "source": "中国福利彩票官方网站第2026052期"}

    days.on(3, 3)
    carry()
    early = refused(patrols.draw, hub.reviewer, patrol, why=WHY, **told)
    days.on(3, 4)
    by_itself = patrols.draw_due(clock.now())
    blank = {"outside": "待公布", "source": "网站"}
    missing = refused(patrols.draw, hub.reviewer, patrol, why=WHY, **blank)
    patrol = patrols.draw(hub.reviewer, patrol, why=WHY, **told)

    drawing, key = patrols.drawing_of(patrol), hub_key().public.text
    seed = sha256(f"{drawing.root}\n{patrol.digest}\n5 12 33".encode()).hexdigest()
    assert (early, missing, by_itself) == (
        ("patrol.outside_early",),
        ("patrol.outside_missing",),
        [],
    )
    assert drawing.seed == seed
    proven = verify_sample(kept(patrol), key)
    assert proven.ok
    assert any("5 12 33" in step.say() for step in proven.steps)
    other = refused(sample.check, patrols.frame_of(patrol), replace(drawing, outside="5 12 34"))
    assert other == ("sample.seed_other",)
    fact = json.loads(FactRow.objects.get(deed="sample.drawn").content)
    assert (fact["outside"], fact["source"]) == ("5 12 33", told["source"])


def test_a_patrol_that_waits_for_a_value_begins_after_it_and_others_are_sealed_as_before(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    wrong = refused(planned, hub, inspector, outside="dice", begins_on=date(2026, 3, 2))

    plain_one = planned(hub, inspector, begins_on=date(2026, 3, 2))

    assert wrong == ("patrol.outside_unknown", "patrol.begins_early")
    assert "outside" not in plain_one.frame


def test_the_worker_draws_what_is_due(hub: HubWorld, days: Days, inspector: Actor) -> None:
    patrol = planned(hub, inspector)
    days.on(3, 4)

    assert patrols.draw_due(datetime(2026, 3, 4, tzinfo=UTC)) == []
    carry()
    [made] = patrols.draw_due(datetime(2026, 3, 4, tzinfo=UTC))

    assert (made.pk, made.state) == (patrol.pk, "drawn")


def test_an_unannounced_patrol_does_not_exist_for_its_scope_before_it_begins(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    all_seeing = holder(hub, "seer", hub.units[2], "cloud_chief_office")
    patrol = drawn(hub, days, planned(hub, inspector))
    before = [patrols.visible(who).count() for who in (hub.officer, hub.head, all_seeing)]

    patrols.begin(inspector, patrol, why=WHY)

    after = [patrols.visible(who).count() for who in (hub.officer, hub.head, all_seeing)]
    assert (before, after) == ([0, 0, 0], [1, 1, 1])
    assert [row.zh for row in told(hub.officer)] == ["巡云已经开始：春季巡云"]


def test_the_log_says_of_a_sealed_list_only_its_digest(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    patrol = drawn(hub, days, planned(hub, inspector))

    [sealed, draw] = FactRow.objects.filter(subject=f"sample:{patrol.digest[:16]}").order_by(
        "number"
    )

    assert (sealed.deed, draw.deed) == ("sample.sealed", "sample.drawn")
    for leaf in (sealed.leaf, draw.leaf):
        assert hub.units[2].code not in leaf
        assert "春季" not in leaf
    assert not FactRow.objects.filter(subject=f"patrol:{patrol.pk}").exists()


def test_an_announced_patrol_is_told_and_seen_at_once(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    planned(hub, inspector, unannounced=False)

    assert patrols.visible(hub.officer).count() == 1
    assert [row.zh for row in told(hub.officer)] == ["将开展巡云：春季巡云"]


def told(actor: Actor) -> list[Any]:
    assert actor.person is not None
    return list(notices.of(actor.person).filter(kind="told"))


def test_everything_that_is_wrong_with_a_plan_is_said_at_once(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    assert hub.officer.person is not None
    wrong = form(
        hub,
        inspector,
        title=" ",
        size=9,
        checklist="none",
        draw_at=DRAW_AT - timedelta(days=3),
        begins_on=date(2026, 2, 1),
        patrollers=[hub.officer.person],
    )

    codes = refused(patrols.plan, hub.reviewer, hub.units[1], wrong, why=WHY)

    assert codes == (
        "patrol.title_missing",
        "patrol.size_wrong",
        "patrol.checklist_unknown",
        "patrol.draw_past",
        "patrol.begins_early",
        "team.inside",
    )
    assert not Patrol.objects.exists()


def test_a_finding_is_ordered_mended_by_its_day_with_its_clause_and_checked(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    patrol = begun(hub, days, inspector, scope=[hub.units[2]])
    photo = Paper(file_name="现场.jpg", file=b"\xff\xd8photo")
    seen = Seen("wrong", "三个系统没有编目", photo, date(2026, 3, 20))

    made = findings.mark(inspector, Sampled.objects.get(), ITEM, seen, why=WHY)
    [case] = findings.of(patrol)
    limit = Clock.objects.get(subject=f"case:{case.pk}")
    days.on(3, 18)
    take(hub.officer, case, "hand_in", mended="已编目", evidence="目录编号")
    case = take(hub.reviewer, case, "close")

    assert made.case == case.number
    assert (limit.unit, limit.due_on, limit.clause) == (
        hub.units[2],
        date(2026, 3, 20),
        "第三十九条第(一)项",
    )
    assert case.closed_on == date(2026, 3, 18)
    papers = {paper.paper: paper for move in case.moves.all() for paper in move.papers.all()}
    assert papers["paper.problem"].text == "三个系统没有编目"


def test_what_is_not_mended_is_sent_back_and_stands_under_key_supervision(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    patrol = begun(hub, days, inspector, scope=[hub.units[2]])
    seen = Seen("wrong", "三个系统没有编目", None, date(2026, 3, 20))
    findings.mark(inspector, Sampled.objects.get(), ITEM, seen, why=WHY)
    [case] = findings.of(patrol)
    take(hub.officer, case, "hand_in", mended="已编目", evidence="无")
    days.on(3, 23)

    case = take(hub.reviewer, case, "return", reason="仍缺两个")

    assert case.step == "mend"
    assert [one.subject for one in dated.supervised(date(2026, 3, 23))] == [f"case:{case.pk}"]


def test_a_finding_without_words_or_day_or_found_twice_is_refused(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    patrol = begun(hub, days, inspector, scope=[hub.units[2]])
    one = Sampled.objects.get()

    bare = refused(findings.mark, inspector, one, ITEM, Seen("wrong"), why=WHY)
    seen = Seen("wrong", "没有编目", None, date(2026, 3, 20))
    findings.mark(inspector, one, ITEM, seen, why=WHY)
    twice = refused(findings.mark, inspector, one, ITEM, seen, why=WHY)

    assert bare == ("finding.seen_missing", "finding.day_over")
    assert twice == ("finding.found_already",)
    assert len(findings.of(patrol)) == 1


def test_only_those_who_patrol_begin_record_and_close(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    patrol = drawn(hub, days, planned(hub, inspector, scope=[hub.units[2]]))

    begin = refused(patrols.begin, hub.reviewer, patrol, why=WHY)
    patrols.begin(inspector, patrol, why=WHY)
    mark = refused(findings.mark, hub.reviewer, Sampled.objects.get(), ITEM, Seen("right"), why=WHY)
    closed = patrols.close(inspector, patrol, "总体良好", why=WHY)

    assert (begin, mark) == (("patrol.not_patrolling",), ("patrol.not_patrolling",))
    assert (closed.state, closed.report) == ("closed", "总体良好")


def test_a_patrol_does_not_begin_before_its_day(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    patrol = drawn(hub, days, planned(hub, inspector, begins_on=date(2026, 3, 9)))

    assert refused(patrols.begin, inspector, patrol, why=WHY) == ("patrol.not_yet",)


def test_a_unit_has_one_team_and_nobody_looks_after_their_own(
    hub: HubWorld, days: Days, inspector: Actor
) -> None:
    assert inspector.person is not None
    assert hub.officer.person is not None
    first = TeamForm("第一督查服务组", [inspector.person], [hub.units[2]])
    team = teams.set_up(hub.reviewer, hub.units[1], first, MONDAY, why=WHY)

    second = TeamForm("第二督查服务组", [hub.officer.person], [hub.units[2]])
    codes = refused(teams.set_up, hub.reviewer, hub.units[1], second, MONDAY, why=WHY)
    teams.dissolve(hub.reviewer, team, MONDAY, why=WHY)
    third = TeamForm("第三督查服务组", [inspector.person], [hub.units[2]])
    teams.set_up(hub.reviewer, hub.units[1], third, MONDAY, why=WHY)

    assert codes == ("team.served", "team.inside")


def test_the_members_of_a_team_patrol(hub: HubWorld, days: Days, inspector: Actor) -> None:
    assert inspector.person is not None
    members = TeamForm("第一督查服务组", [inspector.person], [hub.units[3]])
    team = teams.set_up(hub.reviewer, hub.units[1], members, MONDAY, why=WHY)

    patrol = planned(hub, inspector, team=team, patrollers=(), scope=[hub.units[3]])

    assert patrols.patrolling(inspector, patrol)
    assert plain(patrols.frame_of(patrol))["lines"][0]["unit"] == hub.units[3].code
