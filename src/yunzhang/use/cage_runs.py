"""Cage runs: a bound rule is asked, its hits are kept once however often they are found."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from yunzhang import clock
from yunzhang.engines.cage import Evidence, Found, Outcome
from yunzhang.engines.cage_sql import Bound
from yunzhang.gather.models import DataTable
from yunzhang.people.act import Deeds, act, allow
from yunzhang.people.cases import WORKER
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.protect.keys import mac
from yunzhang.terms.cage import CageRule
from yunzhang.terms.document import decode, encode
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.use import cage, cage_cases, cage_grounds, cage_shown
from yunzhang.use.cage_models import CageBinding, CageHit, CageRun

log = logging.getLogger(__name__)

DAILY = "数据铁笼每日运行"

TABLE_CHANGED = FaultKind(
    "cage.table_changed",
    409,
    Text(
        "数据表在发现风险后重新归集过，行号已不对应。",
        "The tables were gathered anew since this was found: the row numbers no longer fit.",
    ),
    Text("重新运行规则后再查看。", "Run the rule again, then look."),
)


@dataclass(frozen=True)
class Running:
    """A run under way: its rule and tables, how values are shown, the key of its hashes."""

    rule: CageRule
    tables: Mapping[str, DataTable]
    masks: cage_shown.Masks
    key: bytes
    units: Mapping[str, Unit]


Tell = Callable[..., None]


def run(actor: Actor, binding: CageBinding, *, why: str, tell: Tell | None = None) -> CageRun:
    """Ask the rule of its tables as gathered; new hits become cases, known ones stay as they are.

    The ground of every table is looked at anew. Raises Refused as `cage.lawful` and the engine do.
    """
    allow(actor, Deed.CAGE_RAN, binding.unit, why)
    rule = cage.rule_of(binding.rule)
    tables, columns = cage.lawful(binding, rule)
    numbers = cage.numbers_of(binding, rule)
    outcome = cage.ask(rule, tables, columns, numbers)
    running = _running(binding, rule, tables, columns)
    with act(actor, Deed.CAGE_RAN, f"cage:{rule.id}", unit=binding.unit, why=why) as deeds:
        CageBinding.objects.select_for_update(of=("self",)).get(pk=binding.pk)
        made = _kept_run(binding, tables, numbers, outcome, deeds)
        for number, found in enumerate(outcome.found, 1):
            made.fresh += _kept(made, running, found)
            if tell:
                tell(number, number / len(outcome.found))
        made.save(update_fields=["fresh"])
        deeds.content.update(found=made.found, fresh=made.fresh, read=outcome.read)
        deeds.content.update(tables=_digests(tables), grants=_grants(binding, tables))
    cage_cases.open_for(waiting(binding)[: pack().limit("cage.cases_opened")])
    return made


def sweep() -> list[CageRun]:
    """Run every bound rule, each by itself: one that cannot run keeps no other from running."""
    made = []
    for binding in CageBinding.objects.filter(ended_at=None).select_related("unit"):
        try:
            made.append(run(WORKER, binding, why=DAILY))
        except Refused as refused:
            log.warning("rule %s of %s did not run: %s", binding.rule, binding.unit, refused)
    return made


def waiting(binding: CageBinding) -> list[CageHit]:
    """Hits found last time that have no case yet, the oldest first."""
    last = binding.runs.order_by("-pk").first()
    found = binding.hits.filter(case=None, last_run=last, outcome=CageHit.Outcome.OPEN)
    return list(found.select_related("binding__unit", "unit").order_by("pk"))


def rows_of(hit: CageHit) -> tuple[Evidence, ...]:
    """The rows of a hit, masked."""
    return decode(hit.rows, tuple[Evidence, ...])


def see(actor: Actor, hit: CageHit, *, why: str) -> tuple[Evidence, ...]:
    """The rows of a hit as they stand in the tables; who saw them, and why, is a fact.

    A column that a grant masks stays masked. Raises `cage.table_changed` once the tables were
    gathered anew, and whatever keeps the rule from running.
    """
    binding = hit.binding
    allow(actor, Deed.CAGE_SEEN, binding.unit, why)
    rule = cage.rule_of(binding.rule)
    tables, columns = cage.lawful(binding, rule)
    if decode(hit.last_run.digests, dict[str, str]) != _digests(tables):
        raise Refused(TABLE_CHANGED())
    numbers = decode(hit.last_run.numbers, dict[str, int])
    key = bytes.fromhex(binding.salt)
    outcome = cage.ask(rule, tables, columns, numbers)
    same = [one for one in outcome.found if _evidence(key, one) == hit.evidence]
    if not same:
        raise Refused(TABLE_CHANGED())
    by = cage_shown.granted(rule, binding.unit, tables, columns)
    with act(actor, Deed.CAGE_SEEN, f"cage:{rule.id}", unit=binding.unit, why=why) as deeds:
        deeds.content.update(hit=hit.pk, rows=len(same[0].rows))
    return cage_shown.masked(same[0].rows, by, key)


def _running(
    binding: CageBinding,
    rule: CageRule,
    tables: Mapping[str, DataTable],
    columns: Mapping[str, Bound],
) -> Running:
    names = {name: unit for unit in Unit.objects.all() for name in (unit.short_name, unit.name)}
    masks = cage_shown.masks(rule, binding.unit, tables, columns)
    return Running(rule, tables, masks, bytes.fromhex(binding.salt), names)


def _digests(tables: Mapping[str, DataTable]) -> dict[str, str]:
    return {source: table.digest for source, table in tables.items()}


def _grants(binding: CageBinding, tables: Mapping[str, DataTable]) -> list[str]:
    """The grants by which tables of others are compared: the fact of a run names them."""
    now = clock.now()
    grounds = [cage_grounds.ground(binding.unit, table, now) for table in tables.values()]
    return sorted({held.grant.pk for held in grounds if held and held.grant})


def _kept_run(
    binding: CageBinding,
    tables: Mapping[str, DataTable],
    numbers: Mapping[str, int],
    outcome: Outcome,
    deeds: Deeds,
) -> CageRun:
    return CageRun.objects.create(
        binding=binding,
        at=deeds.at,
        numbers=encode(dict(numbers)).decode(),
        digests=encode(_digests(tables)).decode(),
        read=encode(outcome.read).decode(),
        unread=encode(outcome.unread).decode(),
        found=len(outcome.found),
        fresh=0,
        cut=outcome.cut,
    )


def _kept(made: CageRun, running: Running, found: Found) -> bool:
    """Keep a hit; whether no run had found it before."""
    key, evidence = _hash(running.key, running.rule, found.subject), _evidence(running.key, found)
    kept = found.rows[: pack().limit("cage.rows_kept")]
    shown = cage_shown.masked(kept, running.masks, running.key)
    rows = {"rows": encode(shown).decode(), "count": len(found.rows), "last_run": made}
    about = made.binding.hits.filter(key=key)
    if about.filter(evidence=evidence).update(**rows):
        return False
    # More evidence of what is being looked at already belongs to that case.
    open_case = about.filter(case__closed_on=None).exclude(case=None).first()
    CageHit.objects.create(
        binding=made.binding,
        key=key,
        evidence=evidence,
        subject=cage_shown.subject(running.rule, found.subject, running.masks, running.key)[:200],
        unit=_concerned(running, found),
        case=open_case.case if open_case else None,
        found_at=made.at,
        **rows,
    )
    return True


def _concerned(running: Running, found: Found) -> Unit:
    """The unit that holds the power: as the row names it, else whose table it is."""
    rule = running.rule
    holder = rule.field(rule.concerned) if rule.concerned else None
    for row in found.rows:
        unit = running.units.get(row.values.get(rule.concerned) or "") if holder else None
        if unit is not None:
            return unit
    source = holder.of if holder else rule.sources[0].id
    return running.tables[source].unit


def _hash(key: bytes, rule: CageRule, subject: str) -> str:
    return mac(key, f"{rule.id}\0{subject}".encode()).hex()


def _evidence(key: bytes, found: Found) -> str:
    """A keyed hash of what the rows say, wherever in their tables they stand."""
    said = sorted(encode({"of": row.source, "values": row.values}).decode() for row in found.rows)
    return mac(key, "\n".join(said).encode()).hex()
