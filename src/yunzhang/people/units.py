"""Units: the departments and organisations that provide, consume and oversee data."""

from __future__ import annotations

from collections.abc import Iterator

from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.widths import too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.identifiers import credit_code_valid

UNIT_CODE_WRONG = FaultKind(
    "unit.code_wrong",
    422,
    Text("“{code}”不是有效的统一社会信用代码。", "{code} is not a valid credit code."),
    Text(
        "核对 18 位代码和校验码（GB 32100）。",
        "Check the 18 characters and the check digit (GB 32100).",
    ),
)
UNIT_TWICE = FaultKind(
    "unit.twice",
    409,
    Text("代码或名称为“{name}”的单位已经登记。", "A unit called {name} is registered already."),
    Text("使用已登记的单位。", "Use the registered unit."),
)
UNIT_NAME_MISSING = FaultKind(
    "unit.name_missing",
    422,
    Text("单位的全称和简称都要填写。", "A unit needs its full and its short name."),
    Text("补填名称后再登记。", "Fill in both names and register again."),
)
TIER_UNKNOWN = FaultKind(
    "unit.tier_unknown",
    422,
    Text("层级“{tier}”不在值域内。", "{tier} is not a tier."),
    Text("从列表中选择层级。", "Choose a tier from the list."),
)
AUTHORITY_MISSING = FaultKind(
    "unit.authority_missing",
    409,
    Text("没有登记政务数据共享主管部门。", "No sharing authority is registered."),
    Text("先登记主管部门（条例第八条）。", "Register the authority first (Order 809 Art. 8)."),
)


def register(
    actor: Actor,
    code: str,
    name: str,
    short_name: str,
    tier: str,
    parent: Unit | None = None,
    *,
    is_authority: bool = False,
    why: str,
) -> Unit:
    """Enter a unit; raises Refused with everything wrong with its code, names and tier."""
    unit = Unit(
        code=code.strip().upper(),
        name=name.strip(),
        short_name=short_name.strip(),
        tier=tier,
        parent=parent,
        is_authority=is_authority,
    )
    with act(actor, Deed.UNIT_REGISTERED, f"unit:{unit.code}", unit=parent, why=why) as deeds:
        refuse_if(_faults(unit))
        unit.save()
        deeds.content.update(name=unit.name, tier=tier, is_authority=is_authority)
    return unit


def authority_of(unit: Unit) -> Unit:
    """The sharing authority over a unit: of its own tier, else any; raises Refused with none."""
    authorities = Unit.objects.filter(is_authority=True)
    found = authorities.filter(tier=unit.tier).first() or authorities.first()
    if found is None:
        raise Refused(AUTHORITY_MISSING())
    return found


def _faults(unit: Unit) -> Iterator[Fault]:
    if not credit_code_valid(unit.code):
        yield UNIT_CODE_WRONG(code=unit.code)
    if not (unit.name and unit.short_name):
        yield UNIT_NAME_MISSING()
    yield from too_long(unit, "name", "short_name")
    if unit.tier not in {row.code for row in pack().codes_of("tier")}:
        yield TIER_UNKNOWN(tier=unit.tier)
    if Unit.objects.filter(code=unit.code).exists():
        yield UNIT_TWICE(name=unit.code)
    if Unit.objects.filter(name=unit.name).exists():
        yield UNIT_TWICE(name=unit.name)
