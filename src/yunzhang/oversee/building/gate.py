"""The gate: whether a proposed project may go on, and why. No clock, no database, no code of law.

Every rule is a row of the pack: what is checked, from which number on, and what follows. The
evidence is gathered apart (`evidence.py`); the same evidence gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from yunzhang.terms.faults import Text
from yunzhang.terms.pack_rows import Citation, GateRule
from yunzhang.terms.project import (
    DEPENDENCES,
    Dependence,
    Finding,
    Hit,
    Outcome,
    Proposal,
    Ref,
    Verdict,
)


@dataclass(frozen=True)
class Shut:
    """A standing rule that forbids what the proposal would build anew."""

    zh: str
    en: str
    cite: Citation


@dataclass(frozen=True)
class Counted:
    """Rows of the unit's record that speak against it, of how many there are."""

    refs: tuple[Ref, ...] = ()
    of: int = 0

    @property
    def percent(self) -> int:
        return 100 * len(self.refs) // self.of if self.of else 0


@dataclass(frozen=True)
class Evidence:
    """What the registers say at the moment the gate is asked."""

    owner: str = ""  # the owner of construction, by name
    owner_is_unit: bool = True
    owner_row: str = ""  # its row of the pack
    common_owners: tuple[str, ...] = ()  # what the owners that the rule names are called
    plan: Ref | None = None  # the approved plan or addition it stands in
    hits: tuple[Hit, ...] = ()
    shut: tuple[Shut, ...] = ()
    extranet: Ref | None = None  # the owner's link
    cloud: Ref | None = None  # the cloud named, where it is on record
    joined: Ref | None = None  # how the owner already joins the sharing platform
    common: tuple[Ref, ...] = ()  # common systems on record that it extends
    share_types: frozenset[str] = frozenset()
    cycles: frozenset[str] = frozenset()
    score: Decimal | None = None
    score_ref: Ref | None = None
    late: Counted = Counted()
    refused: Counted = Counted()
    unlinked: Counted = Counted()


@dataclass(frozen=True)
class Seen:
    """What a check saw: whether the rule holds, in words, and the records behind it.

    `later`: nothing is wrong yet, but it must be there before the project is accepted.
    """

    holds: bool
    said: Text
    refs: tuple[Ref, ...] = ()
    later: bool = False
    cite: Citation | None = None  # the standing rule's own, where that is what speaks


Check = Callable[[GateRule, Proposal, Evidence], Iterable[Seen]]


def judge(proposal: Proposal, evidence: Evidence, rules: Iterable[GateRule]) -> tuple[Finding, ...]:
    """What every rule finds, what stops the project first; nothing is left out."""
    applied = _once(tuple(rules), evidence.hits)
    found = [
        _finding(rule, seen)
        for rule, its in applied
        for seen in CHECKS[rule.check](rule, proposal, its(evidence))
    ]
    return tuple(sorted(found, key=lambda one: ORDER[one.outcome]))


def verdict(findings: Iterable[Finding]) -> Verdict:
    """No while anything stops it, conditions while anything is to be met, else yes."""
    outcomes = {one.outcome for one in findings}
    if "stop" in outcomes:
        return "no"
    return "conditions" if "condition" in outcomes else "yes"


ORDER: Mapping[Outcome, int] = {"stop": 0, "condition": 1, "pass": 2}


def _once(
    rules: tuple[GateRule, ...], hits: tuple[Hit, ...]
) -> list[tuple[GateRule, Callable[[Evidence], Evidence]]]:
    """Each rule; of several on likeness each hit is told by the strictest it reaches."""
    alike = sorted((r for r in rules if r.check == "alike"), key=lambda r: (-_rank(r), -r.at))
    told: dict[str, tuple[Hit, ...]] = {}
    left = list(hits)
    for rule in alike:
        told[rule.id] = tuple(hit for hit in left if _reaches(rule, hit))
        left = [hit for hit in left if hit not in told[rule.id]]

    def narrowed(rule: GateRule) -> Callable[[Evidence], Evidence]:
        return lambda evidence: replace(evidence, hits=told[rule.id])

    return [(rule, narrowed(rule) if rule.id in told else lambda it: it) for rule in rules]


def _rank(rule: GateRule) -> int:
    return 1 if rule.level == "stop" else 0


def _reaches(rule: GateRule, hit: Hit) -> bool:
    # A name alone stops nobody: two systems may be called alike and do different things.
    return hit.percent >= rule.at and (rule.level == "condition" or len(hit.parts) > 1)


def _finding(rule: GateRule, seen: Seen) -> Finding:
    outcome: Outcome = "pass" if seen.holds else "condition" if seen.later else rule.level
    cite = seen.cite or rule.cite
    return Finding(
        rule=rule.id,
        check=rule.check,
        outcome=outcome,
        zh=seen.said.zh,
        en=seen.said.en,
        rule_zh=rule.zh,
        rule_en=rule.en,
        document=cite.document,
        clause=cite.clause,
        also=tuple(f"{one.document} {one.clause}" for one in rule.also),
        refs=seen.refs,
    )


def _owner(rule: GateRule, proposal: Proposal, evidence: Evidence) -> Iterable[Seen]:
    """Common projects belong to the owner the rule names, those of a trade to their unit."""
    owner = evidence.owner
    if rule.kinds and proposal.kind not in rule.kinds:
        said = Text(
            f"行业专业系统，业主单位为{owner}。", f"A system of a trade; {owner} is its owner."
        )
        yield Seen(evidence.owner_is_unit, said)
        return
    whose = "、".join(evidence.common_owners)
    said = Text(
        f"业主单位为{owner}；此类项目应由{whose}统一作为业主单位。",
        f"{owner} is the owner; projects of this kind belong to {whose}.",
    )
    yield Seen(evidence.owner_row in rule.owners, said)


def _planned(_rule: GateRule, _proposal: Proposal, evidence: Evidence) -> Iterable[Seen]:
    plan = evidence.plan
    if plan is None:
        said = Text(
            "没有列入已批准的计划，也没有批准增补。",
            "It stands in no approved plan, and no addition of it was approved.",
        )
        yield Seen(False, said)
    else:
        yield Seen(True, Text(f"已列入“{plan.name}”。", f"It stands in {plan.name}."), (plan,))


def _catalog(_rule: GateRule, proposal: Proposal, evidence: Evidence) -> Iterable[Seen]:
    """A pre-compiled catalog: at least one entry, each with its items, sharing type and cycle."""
    lacking = tuple(
        one.title or "—"
        for one in proposal.produces
        if not (
            one.title
            and one.items
            and len(set(one.items)) == len(one.items)
            and one.share_type in evidence.share_types
            and one.update_cycle in evidence.cycles
        )
    )
    if not proposal.produces:
        said = Text("没有预编目录。", "There is no pre-compiled catalog.")
    elif lacking:
        named = "、".join(lacking)
        said = Text(
            f"预编目录不完整：{named}。信息项（不得重复）、共享类型、更新周期都要填写。",
            f"Incomplete: {named}. Items (each once), sharing type and cycle are all needed.",
        )
    else:
        items = sum(len(one.items) for one in proposal.produces)
        said = Text(
            f"预编目录 {len(proposal.produces)} 条、信息项 {items} 个。",
            f"{len(proposal.produces)} entries with {items} items.",
        )
    yield Seen(bool(proposal.produces) and not lacking, said)


def _alike(rule: GateRule, _proposal: Proposal, evidence: Evidence) -> Iterable[Seen]:
    for hit in evidence.hits:
        name, unit = hit.ref.name, hit.unit
        words = "、".join(dict.fromkeys(word for part in hit.parts for word in part.shared))
        said = Text(
            f"与{unit}“{name}”相似度 {hit.percent}%：{words}。",
            f"{hit.percent}% like {name} of {unit}: {words}.",
        )
        yield Seen(False, said, (hit.ref,))
    if not evidence.hits:
        none = f"没有相似度达到 {rule.at}% 的系统和项目。"
        yield Seen(True, Text(none, f"No system or project is {rule.at}% alike or more."))


def _stands(rule: GateRule, proposal: Proposal, evidence: Evidence) -> Iterable[Seen]:
    """One of the four dependences: answered yes, and borne out by the registers."""
    on: Dependence = next(one for one in DEPENDENCES if one == rule.check)
    stand, words = proposal.stand(on), STANDS[on]
    if stand is None:
        said = Text(f"{words.zh}：没有作答。", f"{words.en}: not answered.")
        yield Seen(False, said)
    elif not stand.yes:
        how = stand.how or "—"
        yield Seen(False, Text(f"不依托{words.zh}：{how}", f"Not on {words.en}: {how}"))
    else:
        refs = _borne_out(on, evidence)
        said = BORNE_OUT[on] if refs else NOT_YET[on]
        named = "、".join(ref.name for ref in refs)
        yield Seen(bool(refs), Text(said.zh + named, said.en + named), refs, later=True)


def _borne_out(on: Dependence, evidence: Evidence) -> tuple[Ref, ...]:
    found: Mapping[Dependence, tuple[Ref | None, ...]] = {
        "network": (evidence.extranet,),
        "cloud": (evidence.cloud,),
        "platform": (evidence.joined,),
        "support": evidence.common,
    }
    return tuple(ref for ref in found[on] if ref is not None)


def _anew(_rule: GateRule, _proposal: Proposal, evidence: Evidence) -> Iterable[Seen]:
    for shut in evidence.shut:
        yield Seen(False, Text(shut.zh, shut.en), cite=shut.cite)
    if not evidence.shut:
        said = "不新建机房、专网、云和平台，或确经批准。"
        yield Seen(True, Text(said, "No room, network, cloud or platform anew without approval."))


def _score(rule: GateRule, _proposal: Proposal, evidence: Evidence) -> Iterable[Seen]:
    refs = (evidence.score_ref,) if evidence.score_ref else ()
    if evidence.score is None:
        yield Seen(True, Text("尚无冻结的评分。", "No score has been frozen yet."), refs)
        return
    score, period = evidence.score, evidence.score_ref.name if evidence.score_ref else ""
    said = Text(
        f"{period} 得分 {score}，要求不低于 {rule.at}。",
        f"{score} in {period}; at least {rule.at} is asked for.",
    )
    yield Seen(score >= rule.at, said, refs)


def _late(rule: GateRule, _proposal: Proposal, evidence: Evidence) -> Iterable[Seen]:
    held = evidence.late
    said = Text(
        f"现有 {len(held.refs)} 项法定时限逾期，不得超过 {rule.at} 项。",
        f"{len(held.refs)} legal limits are overdue; {rule.at} at most.",
    )
    yield Seen(len(held.refs) <= rule.at, said, held.refs)


def _refused(rule: GateRule, _proposal: Proposal, evidence: Evidence) -> Iterable[Seen]:
    held = evidence.refused
    said = Text(
        f"答复的 {held.of} 件申请中不同意 {len(held.refs)} 件，不得超过 {rule.at}%。",
        f"Of {held.of} requests replied to, {len(held.refs)} were refused; {rule.at}% at most.",
    )
    yield Seen(held.percent <= rule.at, said, held.refs)


def _unlinked(rule: GateRule, _proposal: Proposal, evidence: Evidence) -> Iterable[Seen]:
    held = evidence.unlinked
    said = Text(
        f"已发布的 {held.of} 条目录中 {len(held.refs)} 条没有挂接数据，不得超过 {rule.at}%。",
        f"Of {held.of} published entries {len(held.refs)} are without data; {rule.at}% at most.",
    )
    yield Seen(held.percent <= rule.at, said, held.refs)


STANDS: Mapping[Dependence, Text] = {
    "network": Text("电子政务外网", "the government extranet"),
    "cloud": Text("统一政务云", "the unified cloud"),
    "platform": Text("数据共享平台", "the sharing platform"),
    "support": Text("公共应用支撑平台和共性应用系统", "the common platforms and systems"),
}
BORNE_OUT: Mapping[Dependence, Text] = {
    "network": Text("业主单位已接入电子政务外网：", "The owner is connected to the extranet: "),
    "cloud": Text("部署在已登记的云：", "It runs on a cloud on record: "),
    "platform": Text("业主单位已接入数据共享平台：", "The owner has joined the platform: "),
    "support": Text("依托已登记的共性系统：", "It builds upon common systems on record: "),
}
NOT_YET: Mapping[Dependence, Text] = {
    "network": Text(
        "业主单位尚未登记接入外网，验收前接入。",
        "The owner's link to the extranet is not on record: before acceptance.",
    ),
    "cloud": Text(
        "没有写明部署在哪朵已登记的云，验收前落实。",
        "No cloud on record is named to run it: before acceptance.",
    ),
    "platform": Text(
        "业主单位尚无节点或归集的数据表，验收前接入。",
        "The owner has no node and no gathered table yet: before acceptance.",
    ),
    "support": Text(
        "没有写明依托哪个已登记的共性系统，验收前落实。",
        "No common system on record is named: before acceptance.",
    ),
}

CHECKS: Mapping[str, Check] = {
    "owner": _owner,
    "planned": _planned,
    "catalog": _catalog,
    "alike": _alike,
    **dict.fromkeys(DEPENDENCES, _stands),
    "anew": _anew,
    "score": _score,
    "late": _late,
    "refused": _refused,
    "unlinked": _unlinked,
}
