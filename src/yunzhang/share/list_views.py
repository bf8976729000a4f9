"""List views: what each of the five lists shows, read from the catalog and the cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from yunzhang import clock
from yunzhang.gather import search
from yunzhang.gather.models import EntryVersion
from yunzhang.people import turns
from yunzhang.people.cases import course_of
from yunzhang.people.models import Case, CasePaper, Post, Unit
from yunzhang.people.permissions import pack
from yunzhang.share.models import ShareRequest
from yunzhang.terms import procedures
from yunzhang.terms.codes import OpenType, ShareType
from yunzhang.terms.document import decode
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.faults import Text
from yunzhang.terms.published_list import Line

# The steps of a need that the list of needs does not hold yet: its own unit has not approved it.
UNAPPROVED = ("ask", "approve", "approve_unknown")


@dataclass(frozen=True)
class View:
    """One kind of list: its usual name, its columns, and how its lines are read."""

    name: Text
    columns: tuple[Text, ...]
    lines: Callable[[Unit | None], Iterator[Line]]
    count: Callable[[], int]  # of the whole list, without reading its lines


def _published(condition: Q) -> int:
    return search.published().filter(condition).count()


def _entries(unit: Unit | None, condition: Q) -> Iterator[tuple[EntryVersion, EntryDraft]]:
    found: QuerySet[EntryVersion] = search.published().filter(condition)
    if unit is not None:
        found = found.filter(resource__unit=unit)
    for row in found.order_by("resource__code").iterator(chunk_size=500):
        yield row, decode(row.draft, EntryDraft)


SHARED = ~Q(share_type=ShareType.NOT_SHARED)
# The form is canonical JSON: an attribute is written one way only.
OPEN = SHARED & (
    Q(draft__contains=f'"open_type":"{OpenType.UNCONDITIONAL}"')
    | Q(draft__contains=f'"open_type":"{OpenType.CONDITIONAL}"')
)
WITHHELD = Q(share_type=ShareType.NOT_SHARED)


def _sharing(unit: Unit | None) -> Iterator[Line]:
    for row, form in _entries(unit, SHARED):
        yield (
            row.resource.code,
            row.title,
            row.resource.unit.name,
            row.resource.unit.code,
            form.abstract,
            _coded("format", form.format),
            _items(form),
            _coded("share_type", form.share_type),
            form.share_condition,
            _coded("share_method", form.share_method),
            _coded("open_type", form.open_type),
            _coded("update_cycle", form.update_cycle),
            str(row.published_on or ""),
        )


def _opening(unit: Unit | None) -> Iterator[Line]:
    for row, form in _entries(unit, OPEN):
        yield (
            row.resource.code,
            row.title,
            row.resource.unit.name,
            form.abstract,
            _items(form),
            _coded("open_type", form.open_type),
            form.open_condition,
            _coded("update_cycle", form.update_cycle),
            str(row.published_on or ""),
        )


def _negative(unit: Unit | None) -> Iterator[Line]:
    for row, form in _entries(unit, WITHHELD):
        yield (
            row.resource.code,
            row.title,
            row.resource.unit.name,
            form.share_condition,
            _coded("share_basis", form.share_basis),
            str(row.published_on or ""),
        )


def _responsibility(unit: Unit | None) -> Iterator[Line]:
    # Whoever answers requests in the unit's name answers for its resources.
    heads = _holders(turns.who_may("request.reply"))
    for row, form in _entries(unit, Q()):
        owner = row.resource.unit
        yield (
            row.resource.code,
            row.title,
            owner.name,
            owner.sharing_body,
            heads.get(owner.pk, ""),
            _coded("share_type", form.share_type),
            _coded("update_cycle", form.update_cycle),
            _duties(form),
        )


def _demand(unit: Unit | None) -> Iterator[Line]:
    yield from _needs(unit)
    yield from _asked(unit)


def _demands() -> int:
    return _stated().count() + _applied().count()


def _stated() -> QuerySet[Case]:
    return Case.objects.filter(procedure="need_without_entry").exclude(step__in=UNAPPROVED)


def _applied() -> QuerySet[ShareRequest]:
    return ShareRequest.objects.exclude(applied_at=None).exclude(state="withdrawn")


def _needs(unit: Unit | None) -> Iterator[Line]:
    found = _stated()
    if unit is not None:
        found = found.filter(parties__unit=unit)
    told = CasePaper.objects.filter(move__case__in=found, paper="paper.scenario").order_by("-pk")
    scenarios = dict(told.values_list("move__case", "text"))  # the first of each is kept
    for case in found.select_related("course").prefetch_related("parties__unit").order_by("pk"):
        sides = {row.party: row.unit.name for row in case.parties.all()}
        step = procedures.step_of(course_of(case), case.step)
        yield (
            case.number,
            case.title,
            sides.get("applicant", ""),
            sides.get("provider", ""),
            scenarios.get(case.pk, ""),
            "目录外需求",
            step.zh,
            str(case.opened_at.astimezone(clock.BEIJING).date()),
        )


def _asked(unit: Unit | None) -> Iterator[Line]:
    found = _applied()
    if unit is not None:
        found = found.filter(Q(consumer=unit) | Q(provider=unit))
    titles = dict(search.published().values_list("resource", "title"))
    steps = _request_steps()
    for row in found.select_related("consumer", "provider").order_by("pk"):
        assert row.applied_at is not None
        yield (
            row.number,
            titles.get(row.resource_id, row.purpose),
            row.consumer.name,
            row.provider.name,
            row.scenario,
            "目录内需求",
            steps.get(row.state, row.state),
            str(row.applied_at.astimezone(clock.BEIJING).date()),
        )


def _request_steps() -> dict[str, str]:
    rows = [row for row in pack().procedures if row.subject == "request"]
    return {step.id: step.zh for row in rows for step in row.steps}


def _coded(list: str, code: str) -> str:
    return next((row.zh for row in pack().codes_of(list) if row.code == code), code)


def _items(form: EntryDraft) -> str:
    return "、".join(item.title or item.name for item in form.items)


def _holders(roles: tuple[str, ...], today: date | None = None) -> dict[int, str]:
    day = today or clock.today()
    posts = Post.objects.filter(
        Q(to_date=None) | Q(to_date__gte=day), role__in=roles, from_date__lte=day
    ).select_related("person")
    held: dict[int, list[str]] = {}
    for post in posts.order_by("pk"):
        held.setdefault(post.unit_id, []).append(post.person.full_name)
    return {unit: "、".join(names) for unit, names in held.items()}


def _duties(form: EntryDraft) -> str:
    """What the provider answers for, by the limits in force."""
    rows = {row.id: row for row in pack().clocks}
    reply = "C3" if form.share_type == ShareType.UNCONDITIONAL else "C4"
    owed = ("C6",) if form.share_type == ShareType.NOT_SHARED else (reply, "C5", "C6")
    return "；".join(f"{rows[id].zh}{rows[id].days}个工作日" for id in owed if id in rows)


def _heads(*names: tuple[str, str]) -> tuple[Text, ...]:
    return tuple(Text(zh, en) for zh, en in names)


CODE, NAME = ("资源代码", "Resource code"), ("信息资源名称", "Resource")
PROVIDER, CYCLE = ("提供方", "Provider"), ("更新周期", "Update cycle")
PUBLISHED = ("发布日期", "Published on")

VIEWS: dict[str, View] = {
    "sharing": View(
        Text("共享清单", "Sharing list"),
        _heads(
            CODE, NAME, PROVIDER, ("提供方代码", "Provider's code"), ("信息资源摘要", "Abstract"),
            ("信息资源格式", "Format"), ("信息项", "Data items"), ("共享类型", "Share type"),
            ("共享条件", "Condition"), ("共享方式", "Share method"), ("开放属性", "Openness"),
            CYCLE, PUBLISHED,
        ),
        _sharing,
        lambda: _published(SHARED),
    ),
    "opening": View(
        Text("开放清单", "Opening list"),
        _heads(
            CODE, NAME, PROVIDER, ("信息资源摘要", "Abstract"), ("信息项", "Data items"),
            ("开放属性", "Openness"), ("开放条件", "Condition"), CYCLE, PUBLISHED,
        ),
        _opening,
        lambda: _published(OPEN),
    ),
    "demand": View(
        Text("需求清单", "Demand list"),
        _heads(
            ("编号", "Number"), ("需要的数据", "Data needed"), ("需求部门", "Consumer"), PROVIDER,
            ("应用场景", "Scenario"), ("需求类别", "Kind"), ("办理情况", "Where it stands"),
            ("提出日期", "Asked on"),
        ),
        _demand,
        _demands,
    ),
    "responsibility": View(
        Text("责任清单", "Responsibility list"),
        _heads(
            CODE, NAME, PROVIDER, ("共享工作机构", "Sharing body"), ("责任人", "Who answers"),
            ("共享类型", "Share type"), CYCLE, ("责任和时限", "Duties and limits"),
        ),
        _responsibility,
        lambda: _published(Q()),
    ),
    "negative": View(
        Text("负面清单", "Negative list"),
        _heads(
            CODE, NAME, PROVIDER, ("不予共享的依据", "Law that forbids sharing"),
            ("依据种类", "Kind of law"), PUBLISHED,
        ),
        _negative,
        lambda: _published(WITHHELD),
    ),
}  # fmt: skip
"""The five lists of the field, in their order."""
