"""Units: the departments and organisations that provide, consume and oversee data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.people.widths import too_long
from yunzhang.terms import divisions
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
KIND_UNKNOWN = FaultKind(
    "unit.kind_unknown",
    422,
    Text("政策包中没有单位类型“{kind}”。", "The pack has no kind of unit {kind}."),
    Text("从列表中选择类型。", "Choose a kind from the list."),
)
ROW_UNKNOWN = FaultKind(
    "unit.row_unknown",
    422,
    Text("政策包中没有名为“{row}”的单位。", "The pack names no unit {row}."),
    Text("从列表中选择，或留空。", "Choose one from the list, or leave it empty."),
)
DIVISION_WRONG = FaultKind(
    "unit.division",
    422,
    Text("“{code}”不是六位行政区划代码。", "{code} is no division code of six digits."),
    Text(
        "填写省、市或县的代码（GB/T 2260），或留空。",
        "Give the code of a region, city or county (GB/T 2260), or leave it empty.",
    ),
)
UNIT_CIRCLE = FaultKind(
    "unit.circle",
    422,
    Text(
        "“{parent}”就是本单位或其下级，不能作为上级。",
        "{parent} is the unit itself or stands below it.",
    ),
    Text("选择真正的上级单位。", "Choose a unit that stands above it."),
)
PARENT_LOWER = FaultKind(
    "unit.parent_lower",
    422,
    Text(
        "上级单位“{parent}”的层级低于“{child}”。",
        "{parent}, which stands above, is of a lower tier than {child}.",
    ),
    Text("核对两个单位的层级和上下级关系。", "Check the tiers of both and which stands above."),
)
AUTHORITY_MISSING = FaultKind(
    "unit.authority_missing",
    409,
    Text("没有登记政务数据共享主管部门。", "No sharing authority is registered."),
    Text("先登记主管部门（条例第八条）。", "Register the authority first (Order 809 Art. 8)."),
)
COMMON_MISSING = FaultKind(
    "unit.common_authority_missing",
    409,
    Text(
        "没有登记“{one}”和“{other}”共同的上一级主管部门。",
        "No authority above both {one} and {other} is registered.",
    ),
    Text(
        "先登记共同的上一级主管部门（条例第二十八条）。",
        "Register the common superior authority first (Order 809 Art. 28).",
    ),
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
    kind: str = "",
    row: str = "",
    sharing_body: str = "",
    division: str = "",
    why: str,
) -> Unit:
    """Enter a unit; raises Refused with everything wrong with its code, names and place.

    Without a division it is in that of its credit code.
    """
    unit = Unit(
        code=code.strip().upper(),
        name=name.strip(),
        short_name=short_name.strip(),
        tier=tier,
        parent=parent,
        is_authority=is_authority,
        kind=kind,
        row=row,
        sharing_body=sharing_body.strip(),
        division=division.strip() or divisions.of_credit_code(code.strip()),
    )
    with act(actor, Deed.UNIT_REGISTERED, f"unit:{unit.code}", unit=parent, why=why) as deeds:
        refuse_if([*_code_faults(unit), *_faults(unit)])
        unit.save()
        deeds.content.update(_told(unit))
    return unit


def change(
    actor: Actor,
    unit: Unit,
    *,
    name: str,
    short_name: str,
    tier: str,
    parent: Unit | None,
    is_authority: bool,
    kind: str,
    row: str,
    sharing_body: str,
    division: str | None = None,
    why: str,
) -> Unit:
    """Change what a unit is called and where it stands; its code stays.

    Without a word on the division that stays, too.
    Raises Refused with everything wrong at once: names, kind, tier, a circle, a parent below.
    """
    with act(actor, Deed.UNIT_CHANGED, f"unit:{unit.code}", unit=unit, why=why) as deeds:
        # Every unit is locked: two changes at once could each be sound and close a circle together.
        units = {each.pk: each for each in Unit.objects.select_for_update().order_by("pk")}
        unit = units[unit.pk]
        unit.name, unit.short_name, unit.tier = name.strip(), short_name.strip(), tier
        unit.parent = units[parent.pk] if parent else None
        unit.is_authority, unit.kind, unit.row = is_authority, kind, row
        unit.sharing_body = sharing_body.strip()
        unit.division = unit.division if division is None else division.strip()
        refuse_if([*_faults(unit), *_place_faults(unit, units)])
        unit.save()
        deeds.content.update(_told(unit))
    return unit


def faults(unit: Unit) -> tuple[Fault, ...]:
    """All that keeps a unit from being registered."""
    return (*_code_faults(unit), *_faults(unit))


def line(unit: Unit) -> tuple[Unit, ...]:
    """The unit and those above it, nearest first."""
    found = [unit]
    while found[-1].parent is not None:
        found.append(found[-1].parent)
    return tuple(found)


def authority_of(unit: Unit) -> Unit:
    """The sharing authority over a unit (Order 809 Art. 8); raises Refused when there is none.

    Up the line from the unit itself, at each step that unit and those right below it: the nearest
    authority of the unit's own tier, else the nearest of a higher tier. Outside the line only
    where it leads to none.
    """
    authorities = _authorities()
    near = [one for _, one in _near(line(unit), authorities)]
    same = [one for one in near if one.tier == unit.tier]
    higher = [one for one in near if _rank(one) < _rank(unit)]
    alike = [one for one in authorities if one.tier == unit.tier]
    found = [*same, *higher, *alike, *authorities]
    if not found:
        raise Refused(AUTHORITY_MISSING())
    return found[0]


def common_authority(one: Unit, other: Unit) -> Unit:
    """The authority that settles what is between two units (Order 809 Art. 28).

    Of one level and region: their own authority. Across levels or regions: the nearest that stands
    above both; raises Refused when none is registered.
    """
    own, its = authority_of(one), authority_of(other)
    if own == its:
        return own
    both = [unit for unit in line(one) if unit in line(other)]
    high = min(_rank(one), _rank(other))
    for seat, authority in _near(both, _authorities()):
        # Of the higher one's tier it is above both only in that tier's own region; an authority
        # of that tier right below a province is the authority of one city.
        inside = one.tier != other.tier if seat is None else _rank(seat) >= high
        if _rank(authority) < high or (_rank(authority) == high and inside):
            return authority
    raise Refused(COMMON_MISSING(one=one.name, other=other.name))


def _authorities() -> list[Unit]:
    return list(Unit.objects.filter(is_authority=True).order_by("code"))


def _near(
    upward: Sequence[Unit], authorities: Sequence[Unit]
) -> Iterator[tuple[Unit | None, Unit]]:
    """Up a line, the authorities at each step: that unit or right below it; at last the roots'."""
    passed: set[int] = set()
    for seat in (*upward, None):
        for one in authorities:
            here = one == seat or one.parent_id == (seat.pk if seat else None)
            if here and one.pk not in passed:
                passed.add(one.pk)
                yield seat, one


def tiers() -> tuple[str, ...]:
    """The codes of the tiers, the highest first."""
    return tuple(row.code for row in pack().codes_of("tier"))


def _rank(unit: Unit) -> int:
    known = tiers()
    return known.index(unit.tier) if unit.tier in known else len(known)


def _told(unit: Unit) -> dict[str, Any]:
    return {
        "name": unit.name,
        "short_name": unit.short_name,
        "tier": unit.tier,
        "parent": unit.parent.code if unit.parent else "",
        "is_authority": unit.is_authority,
        "kind": unit.kind,
        "row": unit.row,
        "sharing_body": unit.sharing_body,
        "division": unit.division,
    }


def _code_faults(unit: Unit) -> Iterator[Fault]:
    if not credit_code_valid(unit.code):
        yield UNIT_CODE_WRONG(code=unit.code)
    if Unit.objects.filter(code=unit.code).exists():
        yield UNIT_TWICE(name=unit.code)


def _faults(unit: Unit) -> Iterator[Fault]:
    if not (unit.name and unit.short_name):
        yield UNIT_NAME_MISSING()
    yield from too_long(unit, "name", "short_name", "sharing_body")
    if Unit.objects.filter(name=unit.name).exclude(pk=unit.pk).exists():
        yield UNIT_TWICE(name=unit.name)
    if unit.tier not in tiers():
        yield TIER_UNKNOWN(tier=unit.tier)
    elif unit.parent and _rank(unit.parent) > _rank(unit):
        yield PARENT_LOWER(parent=unit.parent.name, child=unit.name)
    if unit.kind and unit.kind not in {each.id for each in pack().unit_kinds}:
        yield KIND_UNKNOWN(kind=unit.kind)
    if unit.row and unit.row not in {each.id for each in pack().units}:
        yield ROW_UNKNOWN(row=unit.row)
    if unit.division and not divisions.is_division(unit.division):
        yield DIVISION_WRONG(code=unit.division)


def _place_faults(unit: Unit, units: Mapping[int, Unit]) -> Iterator[Fault]:
    """What would be wrong with the tree around a unit that was there before."""
    above = unit.parent_id
    while above is not None and above != unit.pk:
        above = units[above].parent_id
    if above == unit.pk and unit.parent:
        yield UNIT_CIRCLE(parent=unit.parent.name)
    for child in units.values():
        if child.parent_id == unit.pk and _rank(unit) > _rank(child):
            yield PARENT_LOWER(parent=unit.name, child=child.name)
