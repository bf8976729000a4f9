"""The gate: the same evidence, the same answer; whatever stops a project, it never says yes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunzhang.oversee.building import gate
from yunzhang.oversee.building.gate import Counted, Evidence, Shut
from yunzhang.packs import read, shipped
from yunzhang.terms.document import replace as changed
from yunzhang.terms.pack_rows import Citation, GateRule
from yunzhang.terms.project import Finding, Hit, Part, PreEntry, Proposal, Ref, Stand

CITE = Citation(document="某文件", clause="第一条")
RULES = read("national").gates
PLAN = Ref(kind="plan", id="1", name="2026年度建设计划")
SHARE = frozenset({"1", "2", "3"})
SOUND = Evidence(
    owner="民政厅",
    plan=PLAN,
    extranet=Ref(kind="unit", id="u", name="民政"),
    cloud=Ref(kind="cloud", id="1", name="政务云"),
    joined=Ref(kind="node", id="n", name="civil-node"),
    common=(Ref(kind="system", id="2", name="统一身份认证"),),
    share_types=SHARE,
    cycles=frozenset({"month"}),
    score=Decimal("88.00"),
    score_ref=Ref(kind="score", id="2026Q1/u", name="2026Q1"),
)
PROPOSAL = Proposal(
    name="养老服务管理系统",
    kind="trade",
    money_source="fiscal",
    amount_yuan=1_200_000,
    from_year=2026,
    to_year=2027,
    functions=("养老机构备案", "补贴发放"),
    produces=(
        PreEntry(title="养老机构信息", items=("机构名称", "床位数"), share_type="1", update_cycle="month"),
    ),
    stands=tuple(Stand(on=on, yes=True) for on in ("network", "cloud", "platform", "support")),
    cloud=1,
    extends=(2,),
)  # fmt: skip


def told(findings: tuple[Finding, ...]) -> dict[str, str]:
    """Outcome by rule; of a rule that found several things the gravest."""
    return {one.rule: one.outcome for one in reversed(findings)}


def hit(percent: int, *facets: str) -> Hit:
    ref = Ref(kind="system", id=str(percent), name=f"系统{percent}")
    parts = tuple(Part(facet=facet, percent=percent, shared=("养老",)) for facet in facets)
    return Hit(ref=ref, unit="卫健", percent=percent, parts=parts)


def test_a_sound_proposal_passes_every_rule_and_each_is_told() -> None:
    findings = gate.judge(PROPOSAL, SOUND, RULES)

    assert gate.verdict(findings) == "yes"
    assert {one.rule for one in findings} == {rule.id for rule in RULES}
    assert all(one.document and one.clause and one.zh and one.en for one in findings)


@pytest.mark.parametrize(
    ("rule", "outcome", "proposal", "evidence"),
    [
        ("gate.catalog", "stop", {"produces": ()}, {}),
        ("gate.planned", "condition", {}, {"plan": None}),
        ("gate.network", "condition", {}, {"extranet": None}),
        ("gate.cloud", "condition", {}, {"cloud": None}),
        ("gate.platform", "condition", {}, {"joined": None}),
        ("gate.support", "condition", {}, {"common": ()}),
        ("gate.network", "condition", {"stands": ()}, {}),
        ("gate.anew", "stop", {}, {"shut": (Shut("不建", "none", CITE),)}),
        ("gate.score_floor", "condition", {}, {"score": Decimal("59.99")}),
        ("gate.score_stop", "stop", {}, {"score": Decimal("39.99")}),
        ("gate.late", "condition", {}, {"late": Counted((PLAN,), 1)}),
        ("gate.refused", "condition", {}, {"refused": Counted((PLAN,), 3)}),
        ("gate.unlinked", "condition", {}, {"unlinked": Counted((PLAN,), 4)}),
        ("gate.twin", "stop", {}, {"hits": (hit(60, "name", "data"),)}),
        ("gate.alike", "condition", {}, {"hits": (hit(35, "name", "data"),)}),
    ],
)
def test_what_is_wrong_is_found_by_its_rule(
    rule: str, outcome: str, proposal: dict[str, object], evidence: dict[str, object]
) -> None:
    findings = gate.judge(changed(PROPOSAL, **proposal), replace(SOUND, **evidence), RULES)  # type: ignore[arg-type]

    assert told(findings)[rule] == outcome
    assert gate.verdict(findings) == ("no" if outcome == "stop" else "conditions")


@pytest.mark.parametrize(
    "entry",
    [
        PreEntry(title="", items=("甲",), share_type="1", update_cycle="month"),
        PreEntry(title="机构", items=(), share_type="1", update_cycle="month"),
        PreEntry(title="机构", items=("甲", "甲"), share_type="1", update_cycle="month"),
        PreEntry(title="机构", items=("甲",), share_type="9", update_cycle="month"),
        PreEntry(title="机构", items=("甲",), share_type="1", update_cycle=""),
    ],
)
def test_an_entry_that_says_half_is_no_catalog(entry: PreEntry) -> None:
    findings = gate.judge(changed(PROPOSAL, produces=(entry,)), SOUND, RULES)

    assert told(findings)["gate.catalog"] == "stop"


def test_a_name_alone_stops_nobody() -> None:
    findings = gate.judge(PROPOSAL, replace(SOUND, hits=(hit(100, "name"),)), RULES)

    assert told(findings)["gate.twin"] == "pass"
    assert told(findings)["gate.alike"] == "condition"


def test_each_hit_is_told_once_by_the_strictest_rule_it_reaches() -> None:
    hits = (hit(90, "name", "data"), hit(40, "name", "data"), hit(10, "name", "data"))

    findings = gate.judge(PROPOSAL, replace(SOUND, hits=hits), RULES)

    named = [(one.rule, one.refs[0].id) for one in findings if one.check == "alike" and one.refs]
    assert named == [("gate.twin", "90"), ("gate.alike", "40")]


def test_what_the_registers_do_not_bear_out_yet_is_a_condition_even_under_a_strict_rule() -> None:
    rule = GateRule(id="n", zh="依托外网", en="on it", cite=CITE, check="network", level="stop")

    later = gate.judge(PROPOSAL, replace(SOUND, extranet=None), [rule])
    no = Stand(on="network", yes=False, how="沿用专网")
    never = gate.judge(changed(PROPOSAL, stands=(no,)), SOUND, [rule])

    assert [one.outcome for one in (*later, *never)] == ["condition", "stop"]
    assert "沿用专网" in never[0].zh


@pytest.mark.parametrize("kind", ["infrastructure", "support", "common"])
def test_in_liuzhou_common_projects_belong_to_the_one_owner(kind: str) -> None:
    [rule] = [row for row in read("liuzhou-2020").gates if row.check == "owner"]
    common = changed(PROPOSAL, kind=kind)
    its = replace(SOUND, owner_row="liuzhou.it_centre", owner_is_unit=False)
    other = replace(SOUND, owner_row="", owner_is_unit=True)

    assert [one.outcome for one in gate.judge(common, its, [rule])] == ["pass"]
    assert [one.outcome for one in gate.judge(common, other, [rule])] == ["stop"]
    assert [one.outcome for one in gate.judge(PROPOSAL, other, [rule])] == ["pass"]
    assert [one.outcome for one in gate.judge(PROPOSAL, its, [rule])] == ["stop"]


@pytest.mark.parametrize("name", shipped())
def test_every_rule_of_every_pack_is_a_check_the_software_knows(name: str) -> None:
    checks = {rule.check for rule in read(name).gates}

    assert checks <= set(gate.CHECKS)
    assert {"catalog", "alike", "anew", "network", "cloud", "platform", "support"} <= checks


refs = st.lists(st.just(PLAN), max_size=4).map(tuple)
counted = st.builds(Counted, refs, st.integers(0, 6))
stands = st.lists(
    st.builds(Stand, on=st.sampled_from(["network", "cloud", "platform", "support"]), yes=st.booleans()),
    max_size=4,
).map(tuple)  # fmt: skip
entries = st.lists(
    st.builds(
        PreEntry,
        title=st.sampled_from(["", "机构"]),
        items=st.lists(st.sampled_from(["甲", "乙"]), max_size=3).map(tuple),
        share_type=st.sampled_from(["", "1", "9"]),
        update_cycle=st.sampled_from(["", "month"]),
    ),
    max_size=2,
).map(tuple)
hits = st.lists(
    st.builds(lambda percent, two: hit(percent, *("name", "data")[: 1 + two]), st.integers(0, 100), st.booleans()),
    max_size=3,
).map(tuple)  # fmt: skip
evidences = st.builds(
    Evidence,
    owner_is_unit=st.booleans(),
    plan=st.sampled_from([None, PLAN]),
    hits=hits,
    shut=st.sampled_from([(), (Shut("不建", "none", CITE),)]),
    extranet=st.sampled_from([None, PLAN]),
    cloud=st.sampled_from([None, PLAN]),
    joined=st.sampled_from([None, PLAN]),
    common=refs,
    share_types=st.just(SHARE),
    cycles=st.just(frozenset({"month"})),
    score=st.sampled_from([None, Decimal(0), Decimal(50), Decimal(99)]),
    late=counted,
    refused=counted,
    unlinked=counted,
)
proposals = st.builds(
    Proposal, stands=stands, produces=entries, kind=st.sampled_from(["trade", "common"])
)
rules = st.sampled_from([read(name).gates for name in shipped()])


@given(proposals, evidences, rules)
def test_a_gate_with_a_hard_finding_never_says_yes(
    proposal: Proposal, evidence: Evidence, gates: tuple[GateRule, ...]
) -> None:
    findings = gate.judge(proposal, evidence, gates)
    said = gate.verdict(findings)

    stopped = any(one.outcome == "stop" for one in findings)
    owed = any(one.outcome == "condition" for one in findings)
    assert (said == "no") == stopped
    assert (said == "yes") == (not stopped and not owed)
    assert {one.rule for one in findings} == {rule.id for rule in gates}
    assert gate.judge(proposal, evidence, gates) == findings


@given(proposals, evidences)
def test_a_worse_record_never_helps(proposal: Proposal, evidence: Evidence) -> None:
    better = ("yes", "conditions", "no")
    worse = replace(evidence, score=Decimal(0), plan=None, shut=(Shut("不建", "none", CITE),))

    before, after = (gate.verdict(gate.judge(proposal, one, RULES)) for one in (evidence, worse))

    assert better.index(after) >= better.index(before)
