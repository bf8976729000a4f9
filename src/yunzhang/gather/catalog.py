"""Catalog: an entry's way from the live table to a signed publication, by several hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Max

from yunzhang import clock
from yunzhang.gather import assessments, counting, drafting, duties, keeping, search
from yunzhang.gather.codes import keep, next_code
from yunzhang.gather.harvest import profile_of
from yunzhang.gather.models import TITLE_LENGTH, DataTable, EntryVersion, Resource
from yunzhang.people import courses
from yunzhang.people.act import Deeds, act
from yunzhang.people.courses import Matter
from yunzhang.people.hub_key import hub_key, sign
from yunzhang.people.models import FactRow, Person, Unit
from yunzhang.people.permissions import Actor, pack
from yunzhang.protect.keys import open_signed
from yunzhang.terms.document import decode, digest, encode, replace
from yunzhang.terms.entry import (
    ASSESSMENT_MISSING,
    CODE_UNKNOWN,
    KIND,
    Entry,
    EntryDraft,
    draft_grade,
)
from yunzhang.terms.entry import faults as entry_faults
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.signed import Signed

State = EntryVersion.State
PROCEDURE = "catalog_update"

ENTRY_OPEN = FaultKind(
    "entry.open",
    409,
    Text("资源 {code} 已有在办的条目版本。", "The resource {code} has a version under way."),
    Text("先办完该版本。", "Finish that version first."),
)
ENTRY_EXISTS = FaultKind(
    "entry.exists",
    409,
    Text("该数据表已编目，资源代码 {code}。", "The table is catalogued as {code}."),
    Text("需要更新时发起修订。", "Revise that entry instead."),
)
NOT_PUBLISHED = FaultKind(
    "entry.not_published",
    404,
    Text("资源 {code} 没有已发布的条目。", "The resource {code} has no published entry."),
    Text("等条目发布后再试。", "Wait until the entry is published."),
)
FOUR_EYES = FaultKind(
    "entry.four_eyes",
    403,
    Text(
        "起草、同意和发布须由不同的人办理。",
        "Drafting, approving and publishing take different people.",
    ),
    Text("请另一位有权限的人办理。", "Ask someone else who may."),
)
PERSON_NEEDED = FaultKind(
    "entry.person_needed",
    403,
    Text("这一步须由人办理。", "A person has to do this."),
    Text("登录后办理。", "Sign in and do it."),
)
REASONS_MISSING = FaultKind(
    "entry.reasons_missing",
    422,
    Text("没有写明退回的理由。", "The return names no reasons."),
    Text("写明全部理由，便于一次改正。", "Give all the reasons, so that one correction will do."),
)
CLASSIFICATION_FIXED = FaultKind(
    "entry.classification_fixed",
    409,
    Text(
        "条目提交后分类不能更改：它是资源代码 {code} 的一部分。",
        "The classification is part of the code {code} and stays once submitted.",
    ),
    Text("需要换分类时另行编目。", "Catalogue it anew under the other classification."),
)
COLUMN_GONE = FaultKind(
    "entry.column_gone",
    422,
    Text(
        "信息项“{name}”对应的列 {column} 不在数据表中。",
        "The item “{name}” names a column, {column}, that the table lacks.",
    ),
    Text("重新归集后按数据表修改信息项。", "Gather again and mend the item."),
)
TABLE_LINKED = FaultKind(
    "entry.table_linked",
    409,
    Text("资源 {code} 已关联数据表“{table}”。", "The resource {code} is tied to {table} already."),
    Text("无需重复关联。", "There is nothing to do."),
)
TABLE_FOREIGN = FaultKind(
    "entry.table_foreign",
    422,
    Text("数据表“{table}”不是本单位的。", "The table {table} belongs to another unit."),
    Text("选择本单位已归集的数据表。", "Choose a gathered table of this unit."),
)
TITLE_LONG = FaultKind(
    "entry.title_long",
    422,
    Text("名称超过 {limit} 个字符。", "The title is longer than {limit} characters."),
    Text("缩短名称。", "Shorten the title."),
)


def draft(actor: Actor, table: DataTable, *, why: str) -> EntryVersion:
    """Begin the entry of a gathered table, filled in from what is really there."""
    person = _person(actor)
    with act(actor, Deed.ENTRY_DRAFTED, unit=table.unit, why=why) as deeds:
        DataTable.objects.select_for_update().get(pk=table.pk)
        known = Resource.objects.filter(table=table).first()
        if known is not None:
            raise Refused(ENTRY_EXISTS(code=known.code))
        form = drafting.first_draft(table)
        code = next_code(form.classification)
        resource = Resource.objects.create(code=code, unit=table.unit, table=table)
        version = _written(EntryVersion(resource=resource, number=1, drafted_by=person), form)
        keeping.catalogued(table)
        courses.begin(courses.of(PROCEDURE), matter_of(version))
        _tell(deeds, version, code=code)
    return version


def enter(actor: Actor, unit: Unit, form: EntryDraft, *, code: str = "", why: str) -> EntryVersion:
    """Begin an entry that an older catalog has, without a table yet; `code` if it has one."""
    person = _person(actor)
    with act(actor, Deed.ENTRY_DRAFTED, unit=unit, why=why) as deeds:
        given = keep(code) if code else next_code(form.classification)
        resource = Resource.objects.create(code=given, unit=unit)
        version = EntryVersion(resource=resource, number=1, drafted_by=person)
        version.classification = form.classification
        refuse_if(_unstorable(version, form))
        # What was never here was never assessed: nothing is looked up for it.
        _stored(version, replace(form, secrecy_assessed=False, privacy_assessed=False))
        courses.begin(courses.of(PROCEDURE), matter_of(version))
        _tell(deeds, version, code=given)
    return version


def link(actor: Actor, version: EntryVersion, table: DataTable, *, why: str) -> EntryVersion:
    """Tie an entry that has no table to a gathered one; items are matched by column or name.

    Items without a column in the table stay, and keep the entry from being submitted.
    """
    with _step(actor, Deed.ENTRY_EDITED, version, why) as held:
        refuse_if(_unlinkable(held.resource, table))
        held.resource.table = table
        held.resource.save(update_fields=["table"])
        _written(held, drafting.linked(decode(held.draft, EntryDraft), table))
    return held


def revise(actor: Actor, resource: Resource, *, why: str) -> EntryVersion:
    """Begin the next version of a published entry, its items set right by the live table."""
    person = _person(actor)
    with act(actor, Deed.ENTRY_DRAFTED, unit=resource.unit, why=why) as deeds:
        Resource.objects.select_for_update().get(pk=resource.pk)
        if resource.versions.filter(state__in=assessments.OPEN).exists():
            raise Refused(ENTRY_OPEN(code=resource.code))
        form = published(resource).draft
        if resource.table is not None:
            form = drafting.refreshed(form, resource.table)
        number = resource.versions.aggregate(last=Max("number"))["last"] + 1
        version = EntryVersion(resource=resource, number=number, drafted_by=person)
        _tell(deeds, _written(version, form), code=resource.code)
        courses.begin(courses.of(PROCEDURE), matter_of(version))
    return version


def edit(actor: Actor, version: EntryVersion, draft: EntryDraft, *, why: str) -> EntryVersion:
    """Replace the draft of a version not yet submitted, or returned.

    Until its first submission a resource follows its classification and takes another code.
    """
    with _step(actor, Deed.ENTRY_EDITED, version, why) as held:
        refuse_if(_unstorable(held, draft))
        if draft.classification and draft.classification != held.classification:
            held.resource.code = next_code(draft.classification)
            held.resource.save(update_fields=["code"])
        _written(held, draft)
    return held


def submit(actor: Actor, version: EntryVersion, *, why: str) -> EntryVersion:
    """Hand a draft to the head of its unit (Art. 13); raises Refused with all that is missing."""
    with _step(actor, Deed.ENTRY_SUBMITTED, version, why) as held:
        refuse_if(faults_now(held))
        held.return_reason = ""
    return held


def approve(actor: Actor, version: EntryVersion, *, why: str) -> EntryVersion:
    """The head sends it to the authority, whose clock C2 starts (Arts. 13, 17)."""
    person = _person(actor)
    with _step(actor, Deed.ENTRY_APPROVED, version, why) as held:
        _keep_apart(person, _authors(held))
        held.approved_by = person
        duties.answered(held.resource)
    return held


def return_(actor: Actor, version: EntryVersion, reasons: str, *, why: str) -> EntryVersion:
    """Send it back with reasons: the head while it is submitted, the authority afterwards."""
    if not reasons.strip():
        raise Refused(REASONS_MISSING())
    submitted = EntryVersion.objects.filter(pk=version.pk, state=State.SUBMITTED).exists()
    deed = Deed.ENTRY_DECLINED if submitted else Deed.ENTRY_RETURNED
    with _step(actor, deed, version, why) as held:
        held.return_reason, held.approved_by = reasons, None
    return held


def publish(actor: Actor, version: EntryVersion, *, why: str) -> EntryVersion:
    """Sign the entry and put it in force; the version before it is superseded, C2 stops."""
    person = _person(actor)
    with _step(actor, Deed.ENTRY_PUBLISHED, version, why) as held:
        _keep_apart(person, _authors(held) | {held.approved_by_id})
        held.resource.versions.filter(state=State.PUBLISHED).update(state=State.SUPERSEDED)
        held.reviewed_by, held.published_on = person, clock.today()
        held.rows = held.resource.table.rows if held.resource.table else None
        held.signed = sign(KIND, _entry(held))
        search.index(held, decode(held.draft, EntryDraft))
        keeping.reviewed(held.resource)
    return held


def published(resource: Resource) -> Entry:
    """The entry in force, its signature checked; raises `entry.not_published`."""
    version = resource.versions.filter(state=State.PUBLISHED).first()
    if version is None:
        raise Refused(NOT_PUBLISHED(code=resource.code))
    return open_signed(decode(version.signed, Signed), KIND, Entry, [hub_key().public])


def faults_now(version: EntryVersion) -> tuple[Fault, ...]:
    """What keeps a version from being submitted today, for its page too."""
    form = assessments.marked(version.resource, decode(version.draft, EntryDraft))
    waiting = assessments.faults(version)
    found = (
        f for f in entry_faults(form, pack()) if not (waiting and f.kind is ASSESSMENT_MISSING)
    )
    return (*found, *waiting, *_gone(version, form))


def subject(version: EntryVersion) -> str:
    """What facts and clocks call a version."""
    return f"entry:{version.pk}"


def matter_of(version: EntryVersion) -> Matter:
    """The version as courses know it."""
    title = version.title or version.resource.code
    return Matter(subject(version), str(version.pk), title, {"provider": (version.resource.unit,)})


@contextmanager
def _step(actor: Actor, deed: Deed, version: EntryVersion, why: str) -> Iterator[EntryVersion]:
    """One move of the procedure on the locked version, saved with its fact or not at all."""
    with act(actor, deed, subject(version), unit=version.resource.unit, why=why) as deeds:
        locked = EntryVersion.objects.select_for_update(of=("self",))
        held = locked.select_related("resource__unit", "resource__table").get(pk=version.pk)
        if held.state == State.FORBIDDEN:
            raise Refused(assessments.FORBIDDEN())
        procedure = courses.of(PROCEDURE)
        courses.after(procedure, held.state, deed)
        yield held
        held.state = courses.go(procedure, matter_of(held), held.state, deed)
        held.save()
        counting.entry(held.resource)
        _tell(deeds, held, state=held.state)


def _tell(deeds: Deeds, version: EntryVersion, **content: str) -> None:
    deeds.subject = subject(version)
    deeds.content.update(content, number=version.number, draft=digest(version.draft.encode()))
    if version.signed:
        deeds.content.update(signed=digest(version.signed.encode()))


def _written(version: EntryVersion, form: EntryDraft) -> EntryVersion:
    return _stored(version, assessments.marked(version.resource, form))


def _stored(version: EntryVersion, form: EntryDraft) -> EntryVersion:
    version.draft = encode(form).decode()
    version.title = form.title
    version.classification = form.classification
    version.share_type = form.share_type
    version.grade = draft_grade(form)
    version.save()
    return version


def _unstorable(version: EntryVersion, form: EntryDraft) -> Iterator[Fault]:
    if len(form.title) > TITLE_LENGTH:
        yield TITLE_LONG(limit=TITLE_LENGTH)
    yield from (fault for fault in entry_faults(form, pack()) if fault.kind is CODE_UNKNOWN)
    fixed = version.number > 1 or version.state != State.DRAFT
    if fixed and form.classification != version.classification:
        yield CLASSIFICATION_FIXED(code=version.resource.code)


def _unlinkable(resource: Resource, table: DataTable) -> Iterator[Fault]:
    if resource.table is not None:
        yield TABLE_LINKED(code=resource.code, table=resource.table.title)
    if table.unit != resource.unit:
        yield TABLE_FOREIGN(table=table.title)
    known = Resource.objects.filter(table=table).first()
    if known is not None:
        yield ENTRY_EXISTS(code=known.code)


def _gone(version: EntryVersion, form: EntryDraft) -> Iterator[Fault]:
    table = version.resource.table
    if table is not None:
        profile = profile_of(table)
        for item in form.items:
            if profile.column(item.column) is None:
                yield COLUMN_GONE(name=item.name, column=item.column)


def _authors(version: EntryVersion) -> set[int | None]:
    # Whoever wrote any part of it, by the facts, not only who began it.
    deeds = (Deed.ENTRY_DRAFTED, Deed.ENTRY_EDITED, Deed.ENTRY_SUBMITTED)
    facts = FactRow.objects.filter(subject=subject(version), deed__in=deeds)
    return set(facts.values_list("person", flat=True))


def _keep_apart(person: Person, others: set[int | None]) -> None:
    if person.pk in others:
        raise Refused(FOUR_EYES())


def _person(actor: Actor) -> Person:
    if actor.person is None:
        raise Refused(PERSON_NEEDED())
    return actor.person


def _entry(version: EntryVersion) -> Entry:
    table = version.resource.table
    form = decode(version.draft, EntryDraft)
    assert version.published_on is not None
    return Entry(
        resource_code=version.resource.code,
        version=version.number,
        published_on=version.published_on,
        draft=form,
        grade=draft_grade(form),
        table=table.name if table else "",
        node=table.node.name if table and table.node else "",
    )
