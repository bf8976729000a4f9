"""Entries: the 13 core items of the catalog guide and what Order 809 adds to them.

The guide is 发改高技〔2017〕1272号; the numbers in the comments are its items.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from yunzhang.terms.codes import ItemType, ShareType
from yunzhang.terms.document import Document
from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.identifiers import credit_code_valid
from yunzhang.terms.levels import Grade, highest
from yunzhang.terms.pack import Pack

KIND = "entry/1"

_FILL = Text("在条目页补填后再提交。", "Fill it in on the entry page and submit again.")

ITEM_REQUIRED = FaultKind(
    "entry.required", 422, Text("“{name_zh}”没有填写。", "The {name_en} is empty."), _FILL
)
TITLE_IS_SYSTEM = FaultKind(
    "entry.title_is_system",
    422,
    Text(
        "名称不能就是信息系统的名称。", "The title may not be the name of the information system."
    ),
    Text("写明资源本身的内容。", "Name what the resource holds."),
)
PROVIDER_CODE_WRONG = FaultKind(
    "entry.provider_code",
    422,
    Text("提供方代码 {code} 不是有效的统一社会信用代码。", "{code} is not a valid credit code."),
    Text(
        "核对 18 位代码和校验码（GB 32100）。",
        "Check the 18 characters and the check digit (GB 32100).",
    ),
)
CODE_UNKNOWN = FaultKind(
    "entry.code_unknown",
    422,
    Text("“{name_zh}”的取值 {code} 不在值域内。", "{code} is no value of the {name_en}."),
    Text("从列表中选择。", "Choose from the list."),
)
CONDITION_REQUIRED = FaultKind(
    "entry.condition_required",
    422,
    Text("有条件共享必须写明共享条件。", "Conditional sharing must state its conditions."),
    Text("写明共享范围和用途（条例第十四条）。", "State scope and purpose (Order 809 Art. 14)."),
)
BASIS_REQUIRED = FaultKind(
    "entry.basis_required",
    422,
    Text(
        "不予共享必须列明法律、行政法规或国务院决定依据。",
        "Not shared requires a law, an administrative regulation or a State Council decision.",
    ),
    Text(
        "写明理由和依据的条款（条例第十五条）。",
        "Give the reason and the clause (Order 809 Art. 15).",
    ),
)
BASIS_KIND = FaultKind(
    "entry.basis_kind",
    422,
    Text(
        "不予共享的依据只能是法律、行政法规或国务院决定；地方规定和部门文件不能作为依据。",
        "Only a law, an administrative regulation or a State Council decision forbids sharing; "
        "local rules and documents of departments do not.",
    ),
    Text(
        "选择依据的种类；没有上位依据的，改为有条件共享（条例第十五条）。",
        "Choose the kind of the basis, or share it on conditions (Order 809 Art. 15).",
    ),
)
OPEN_BUT_NOT_SHARED = FaultKind(
    "entry.open_not_shared",
    422,
    Text("不予共享的资源不能向社会开放。", "A resource that is not shared cannot be open."),
    Text("把开放属性改为不开放。", "Set it to not open."),
)
ITEM_TWICE = FaultKind(
    "entry.item_twice",
    422,
    Text("信息项“{name}”出现了两次。", "The data item “{name}” appears twice."),
    Text("删除或改名其中一个。", "Remove or rename one of them."),
)
ASSESSMENT_MISSING = FaultKind(
    "entry.assessment_missing",
    422,
    Text(
        "编目前须完成保密风险和个人信息保护影响评估。",
        "Secrecy-risk and personal-information assessments come before cataloguing.",
    ),
    Text(
        "在条目页提交两项评估，由本单位负责人审核（条例第十三条）。",
        "Hand in both on the entry page for the head to approve (Order 809 Art. 13).",
    ),
)


class DataItem(Document, frozen=True):
    """信息项, core item 8. `column` is its name in the live table; lengths in characters."""

    name: str
    column: str
    type: ItemType
    length: int
    title: str = ""
    grade: Grade = Grade.GENERAL_1
    kind: str = ""  # of personal data: name, citizen_id, phone, address, date; "" when none
    key: bool = False
    filterable: bool = False


class Census(Document, frozen=True):
    """The census numbers of a resource: gigabytes and records held, shared and opened."""

    gigabytes: float | None = None
    records: int | None = None
    shared_gigabytes: float | None = None
    shared_records: int | None = None
    opened_gigabytes: float | None = None
    opened_records: int | None = None


class EntryDraft(Document, frozen=True):
    """An entry as a unit filled it in; `faults` says what is still wrong."""

    classification: str = ""  # 1 类/项/目/细目, for example "307001"
    title: str = ""  # 2
    provider_name: str = ""  # 4
    provider_code: str = ""  # 5
    abstract: str = ""  # 6
    format: str = ""  # 7
    items: tuple[DataItem, ...] = ()  # 8
    share_type: str = ""  # 9a
    share_condition: str = ""  # 9b: the condition, or the law when not shared
    share_method: str = ""  # 9c
    open_type: str = ""  # 10
    open_condition: str = ""
    update_cycle: str = ""  # 11
    related_codes: tuple[str, ...] = ()  # 13
    system_name: str = ""
    share_basis: str = ""  # of what kind the law is that forbids sharing: code list "share_basis"
    # Both as the assessments of the resource stand: gather/assessments.py sets them.
    secrecy_assessed: bool = False
    privacy_assessed: bool = False
    census: Census | None = None  # as an old catalog gave it; nobody measured it here


class Entry(Document, frozen=True):
    """A published entry: the draft checked, with code (3), date (12) and version."""

    resource_code: str
    version: int
    published_on: date
    draft: EntryDraft
    grade: Grade
    table: str  # the node's name of the linked table; "" when none is linked
    node: str

    @property
    def items(self) -> dict[str, DataItem]:
        return {item.name: item for item in self.draft.items}


# Attribute, and the item's name in the guide. A coded item's code list has the attribute's name.
CODED = (
    ("classification", Text("信息资源分类", "classification")),
    ("format", Text("信息资源格式", "format")),
    ("share_type", Text("共享类型", "share type")),
    ("share_method", Text("共享方式", "share method")),
    ("open_type", Text("开放属性", "openness")),
    ("update_cycle", Text("更新周期", "update cycle")),
)
WRITTEN = (
    ("title", Text("信息资源名称", "title")),
    ("provider_name", Text("信息资源提供方", "provider")),
    ("provider_code", Text("提供方代码", "provider's code")),
    ("abstract", Text("信息资源摘要", "abstract")),
    ("items", Text("信息项", "data items")),
)


def faults(draft: EntryDraft, pack: Pack) -> tuple[Fault, ...]:
    """All that keeps the draft from being submitted."""
    return (
        *_missing(draft),
        *_miscoded(draft, pack),
        *_unlawful(draft),
        *_withheld(draft, pack),
        *_repeated(draft),
    )


def draft_grade(draft: EntryDraft) -> Grade:
    """The grade of the resource: the highest of its items (GB/T 43697)."""
    return highest(item.grade for item in draft.items)


def _missing(draft: EntryDraft) -> Iterator[Fault]:
    for attribute, name in (*WRITTEN, *CODED):
        if not getattr(draft, attribute):
            yield ITEM_REQUIRED(name_zh=name.zh, name_en=name.en)


def _miscoded(draft: EntryDraft, pack: Pack) -> Iterator[Fault]:
    for attribute, name in CODED:
        value = getattr(draft, attribute)
        if value and value not in {row.code for row in pack.codes_of(attribute)}:
            yield CODE_UNKNOWN(name_zh=name.zh, name_en=name.en, code=value)
    if draft.provider_code and not credit_code_valid(draft.provider_code):
        yield PROVIDER_CODE_WRONG(code=draft.provider_code)


def _unlawful(draft: EntryDraft) -> Iterator[Fault]:
    if draft.title and draft.title == draft.system_name:
        yield TITLE_IS_SYSTEM()
    if draft.share_type == ShareType.CONDITIONAL and not draft.share_condition:
        yield CONDITION_REQUIRED()
    if not (draft.secrecy_assessed and draft.privacy_assessed):
        yield ASSESSMENT_MISSING()


def _withheld(draft: EntryDraft, pack: Pack) -> Iterator[Fault]:
    """What data that is not shared needs: its law, of a kind that may forbid it (Art. 15)."""
    if draft.share_type != ShareType.NOT_SHARED:
        return
    if not draft.share_condition.strip():
        yield BASIS_REQUIRED()
    if draft.share_basis not in {row.code for row in pack.codes_of("share_basis")}:
        yield BASIS_KIND()
    if draft.open_type not in ("", "0"):
        yield OPEN_BUT_NOT_SHARED()


def _repeated(draft: EntryDraft) -> Iterator[Fault]:
    names = [item.name for item in draft.items]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield ITEM_TWICE(name=name)
