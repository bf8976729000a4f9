"""Disposal: begun by itself when a grant is over, confirmed by the provider, certified by the hub."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.share.moments import refused
from tests.share.world import WHY, World
from yunzhang import clock
from yunzhang.cli import main
from yunzhang.people import cases, turns
from yunzhang.people.cases import Paper
from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import Case, FactRow
from yunzhang.protect.verify import verify_certificate
from yunzhang.share import disposals, grants
from yunzhang.share.models import GrantRow
from yunzhang.terms.document import decode, digest

PROOF = "已从流调系统删除全部副本，备份同步清除"


def delivered(world: World, **changes) -> GrantRow:
    row = world.granted(**changes)
    grants.for_node(world.node, clock.now())
    row.refresh_from_db()
    return row


def disposal(grant: GrantRow) -> Case:
    return Case.objects.get(procedure="disposal", about=f"grant:{grant.pk}")


def certified(world: World, grant: GrantRow, proof: Paper | str = PROOF) -> Case:
    case = disposal(grant)
    cases.move(world.consumer_officer, case, "done", papers={"paper.disposal": proof}, why=WHY)
    return cases.move(world.provider_officer, case, "confirm", why=WHY)


def test_a_grant_that_ran_out_leaves_a_disposal_to_the_consumer(world):
    grant = delivered(world, duration_days=1)

    grants.end_expired(grant.until)
    grants.end_expired(grant.until + timedelta(days=1))

    case = disposal(grant)
    assert (case.step, case.opened_by) == ("dispose", None)
    assert [turn.deed_zh for turn in turns.mine(world.consumer_officer)] == ["按要求处置数据"]


def test_what_was_never_delivered_needs_no_disposal(world):
    grants.end(world.reviewer, world.granted(), why=WHY)

    assert not Case.objects.exists()


def test_the_consumer_may_say_early_that_the_purpose_is_over(world):
    grant = delivered(world)

    case = disposals.begin(world.consumer_officer, grant, why="流调结束")

    grant.refresh_from_db()
    assert (grant.state, grant.state_reason) == ("ended", "使用目的已实现：流调结束")
    assert (case.step, Case.objects.count()) == ("dispose", 1)
    fact = FactRow.objects.get(deed="grant.ended")
    assert (fact.person, decode(fact.content, dict)) == (None, {"case": case.number})
    assert case.opened_by == world.consumer_officer.person


def test_it_is_begun_once_and_for_delivered_data_only(world):
    grant = delivered(world)
    young = world.granted()
    disposals.begin(world.consumer_officer, grant, why=WHY)

    assert refused(lambda: disposals.begin(world.consumer_head, grant, why=WHY)) == (
        "disposal.begun_already",
    )
    assert refused(lambda: disposals.begin(world.consumer_head, young, why=WHY)) == (
        "disposal.undelivered",
    )


def test_nobody_but_the_consumer_says_that_its_purpose_is_over(world):
    grant = delivered(world)

    for actor in (world.provider_head, world.reviewer):
        codes = refused(disposals.begin, actor, grant, why=WHY)
        assert codes == ("case.role_needed",)
    assert GrantRow.objects.get().state == "active"


def test_the_provider_sends_back_what_does_not_prove_it(world):
    grant = delivered(world)
    case = disposals.begin(world.consumer_officer, grant, why=WHY)
    move = cases.move
    move(world.consumer_officer, case, "done", papers={"paper.disposal": "已处置"}, why=WHY)

    assert refused(lambda: move(world.consumer_head, case, "confirm", why=WHY)) == (
        "case.role_needed",
    )
    move(world.provider_officer, case, "reject", papers={"paper.reason": "没有写明备份"}, why=WHY)

    assert disposal(grant).step == "dispose"
    assert disposals.certificate(case) is None


def test_the_certificate_says_what_was_done_and_by_whom_it_was_confirmed(world):
    grant = delivered(world)
    disposals.begin(world.consumer_officer, grant, why=WHY)

    case = certified(world, grant)

    paper = disposals.certificate(case)
    assert paper
    said = disposals.opened(paper)
    assert (said.case, said.grant, said.number) == (case.number, grant.pk, f"CZ{case.number[2:]}")
    assert (said.consumer.code, said.provider.code) == (world.consumer.code, world.provider.code)
    assert (said.items, said.done) == (("区划代码", "区划名称"), PROOF)
    assert said.reported_by == world.consumer_officer.name
    assert said.confirmed_by == world.provider_officer.name
    fact = FactRow.objects.get(deed="disposal.certified")
    assert decode(fact.content, dict)["certificate"] == digest(bytes(paper.file))


def test_a_proof_may_be_a_file(world):
    grant = delivered(world)
    disposals.begin(world.consumer_officer, grant, why=WHY)

    case = certified(world, grant, Paper(file_name="销毁记录.pdf", file=b"%PDF"))

    paper = disposals.certificate(case)
    assert paper
    assert disposals.opened(paper).done == "销毁记录.pdf"


def test_anyone_can_verify_the_certificate_from_its_file(world):
    grant = delivered(world)
    disposals.begin(world.consumer_officer, grant, why=WHY)
    paper = disposals.certificate(certified(world, grant))
    assert paper
    text = bytes(paper.file)

    verdict = verify_certificate(text, hub_key().public.text)

    assert verdict.ok
    assert "卫健委" in verdict.steps[-1].say("zh")


def test_the_command_verifies_the_certificate_from_its_file(world, tmp_path, capsys):
    grant = delivered(world)
    disposals.begin(world.consumer_officer, grant, why=WHY)
    paper = disposals.certificate(certified(world, grant))
    assert paper
    file = tmp_path / paper.file_name
    file.write_bytes(bytes(paper.file))

    status = main(["verify", "certificate", str(file), "--key", hub_key().public.text])

    assert status == 0
    assert "全部成立" in capsys.readouterr().out


@pytest.mark.parametrize("way", ["word", "kind", "key"])
def test_a_changed_certificate_is_found_out(world, way):
    grant = delivered(world)
    disposals.begin(world.consumer_officer, grant, why=WHY)
    paper = disposals.certificate(certified(world, grant))
    assert paper
    told = json.loads(bytes(paper.file))
    if way == "word":
        told["body"]["done"] = "已全部销毁"
    elif way == "kind":
        told["kind"] = "grant/1"
    else:
        told["signatures"][0]["key"] = "other+00000000+AAAA"

    verdict = verify_certificate(
        json.dumps(told, ensure_ascii=False).encode(), hub_key().public.text
    )

    assert not verdict.ok
