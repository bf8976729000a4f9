"""Back-flow: a lower unit asks a superior department for the data of its own area (Art. 24).

Order 809 wants it returned in time and whole, without further conditions: the provider may
return it or say that it does not hold it, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yunzhang.gather import catalog
from yunzhang.gather.models import Resource
from yunzhang.people import cases, units
from yunzhang.people.models import Case, Unit
from yunzhang.people.permissions import Actor
from yunzhang.share.persons import unit_of
from yunzhang.terms.document import Document, decode, plain
from yunzhang.terms.faults import Fault, FaultKind, Text, refuse_if

PROCEDURE = "backflow"
SCENARIO, AREA = "paper.scenario", "paper.area"
# Province, prefecture, county, township, village: GB/T 2260 and the statistical codes below it.
AREA_CODE = re.compile(r"\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?", re.ASCII)
REGION = slice(2, 8)  # the division of registration within a credit code (GB 32100)

TITLE_MISSING = FaultKind(
    "backflow.title_missing",
    422,
    Text("没有写明需要回流什么数据。", "It does not say which data is to be returned."),
    Text("写明数据名称，或从目录选择资源。", "Name the data, or choose a catalogued resource."),
)
NOT_LOWER = FaultKind(
    "backflow.not_lower",
    422,
    Text(
        "“{provider}”的层级不高于本单位，不属于数据回流。",
        "{provider} is of no higher tier than your unit: this is no back-flow.",
    ),
    Text("同级或下级的数据，按一般程序申请共享。", "Request it from the catalog in the usual way."),
)
AREA_WRONG = FaultKind(
    "backflow.area_wrong",
    422,
    Text("“{area}”不是行政区划代码。", "“{area}” is no division code."),
    Text("填写 2、4、6、9 或 12 位数字的代码。", "Write a code of 2, 4, 6, 9 or 12 digits."),
)
AREA_FOREIGN = FaultKind(
    "backflow.area_foreign",
    422,
    Text(
        "“{area}”不在本单位的行政区域（{own}）之内。",
        "{area} is not within the area of your unit ({own}).",
    ),
    Text("只申请本行政区域的数据（条例第二十四条）。", "Ask for your own area only (Art. 24)."),
)
RESOURCE_FOREIGN = FaultKind(
    "backflow.resource_foreign",
    422,
    Text("资源“{code}”不是“{provider}”的。", "The resource {code} is not {provider}'s."),
    Text("选择该单位的资源，或留空。", "Choose one of its resources, or none."),
)


class Backflow(Document, frozen=True, kw_only=True):
    """What the case keeps: whose data, of which area, and the catalogued resource if there is."""

    area: str
    provider: str  # credit code
    resource: str = ""  # resource code


def ask(
    actor: Actor,
    provider: Unit,
    *,
    title: str,
    area: str,
    scenario: str,
    why: str,
    resource: Resource | None = None,
) -> Case:
    """Ask a superior department for the data of the unit's own area, through its own head.

    Raises Refused with everything that is wrong.
    """
    own = unit_of(actor, "request.draft")
    code, named = area.strip(), title.strip() or _title(resource)
    papers = {SCENARIO: scenario, AREA: code}
    refuse_if(
        [
            *_faults(own, provider, named, code, resource),
            *cases.wanting(PROCEDURE, papers),
        ]
    )
    kept = Backflow(area=code, provider=provider.code, resource=resource.code if resource else "")
    return cases.open(
        actor,
        PROCEDURE,
        about=f"resource:{resource.code}" if resource else "backflow",
        title=f"{named}（{code}）",
        parties={"applicant": [own], "provider": [provider]},
        papers=papers,
        content=plain(kept),
        why=why,
    )


def backflow_of(case: Case) -> Backflow:
    """What was asked for."""
    return decode(case.content, Backflow)


def superiors(own: Unit) -> list[Unit]:
    """The units that may be asked: those of a higher tier, the nearest tier first."""
    higher = units.tiers()[: _rank(own)]
    found = Unit.objects.filter(tier__in=higher).order_by("code")
    return sorted(found, key=lambda unit: -_rank(unit))


def area_of(unit: Unit) -> str:
    """The division code that begins every area of the unit: its own, without trailing zeros.

    From its credit code: where a unit was registered with a higher authority it is wider than its
    own area, never narrower.
    """
    code = unit.code[REGION]
    while code.endswith("00"):
        code = code[:-2]
    return code


def _rank(unit: Unit) -> int:
    known = units.tiers()
    return known.index(unit.tier) if unit.tier in known else len(known)


def _title(resource: Resource | None) -> str:
    return catalog.published(resource).draft.title if resource else ""


def _faults(
    own: Unit, provider: Unit, title: str, area: str, resource: Resource | None
) -> Iterator[Fault]:
    if not title:
        yield TITLE_MISSING()
    if _rank(provider) >= _rank(own):
        yield NOT_LOWER(provider=provider.short_name)
    if resource is not None and resource.unit_id != provider.pk:
        yield RESOURCE_FOREIGN(code=resource.code, provider=provider.short_name)
    if area and not AREA_CODE.fullmatch(area):
        yield AREA_WRONG(area=area)
    elif area and not area.startswith(area_of(own)):
        yield AREA_FOREIGN(area=area, own=area_of(own))
