"""People tables: who signs in and which posts they hold, with a password told only once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from django.core.exceptions import ValidationError

from yunzhang import clock
from yunzhang.people import identity, one_time
from yunzhang.people.imports import Kind, Made, Plan, Record, Tell, Units, choices, chosen
from yunzhang.people.models import Person, Unit
from yunzhang.people.permissions import NEEDS, Actor, pack, why_not
from yunzhang.people.widths import too_long
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Text
from yunzhang.terms.forms import Flaw, Line, form_of, tables
from yunzhang.terms.grids import Grid, key

NAMED_OTHERWISE = FaultKind(
    "import.person_named",
    422,
    Text(
        "用户名“{username}”已属于“{known}”。",
        "The user name {username} belongs to {known} already.",
    ),
    Text(
        "同一个人请写同一姓名，不同的人换一个用户名。",
        "Write the same name for the same person, or choose another user name.",
    ),
)
USERNAME_WRONG = FaultKind(
    "import.username_wrong",
    422,
    Text("用户名“{username}”含有空格或特殊字符。", "The user name {username} has odd characters."),
    Text("只用字母、数字和 @ . + - _。", "Use letters, digits and @ . + - _ only."),
)
POST_TWICE = FaultKind(
    "import.post_twice",
    422,
    Text("这个岗位在第 {row} 行已经出现。", "This post stands in row {row} already."),
    Text("删去重复的一行。", "Remove one of the rows."),
)
FORM = form_of((Path(__file__).parent / "forms" / "people.toml").read_text(encoding="utf-8"))


@dataclass
class _Post:
    """A row: one post of a person."""

    line: Line
    unit: Unit | None
    role: str
    since: date | None
    until: date | None


@dataclass
class _Planned:
    """A person with every row that names them; `known` when they sign in already."""

    username: str
    full_name: str
    known: Person | None
    posts: list[_Post] = field(default_factory=list)


def plan(actor: Actor, grids: Sequence[Grid], tell: Tell) -> Plan:
    """The people of the tables with their posts; every flaw of every row."""
    read = tables(grids, FORM, ("username", "full_name"), pack().limit("import.header_rows"))
    found = Plan(
        (
            *(Text("用户名", "User name"), Text("姓名", "Name")),
            *(Text("岗位", "Posts"), Text("办理", "What is done")),
        ),
        notes=[*read.notes, *read.columns_missing(*FORM.needed)],
    )
    units, planned = Units(), dict[str, _Planned]()
    existing = {key(person.username): person for person in Person.objects.all()}
    lines = [line for table in read.tables for line in table.lines]
    for number, line in enumerate(lines, 1):
        wanted = line.get("username")
        person = planned.setdefault(
            key(wanted) or f"\0{number}",
            _Planned(wanted, line.get("full_name"), existing.get(key(wanted))),
        )
        person.posts.append(_post(actor, line, units, found.flaws))
        found.flaws += _person_flaws(line, person)
        tell(number, number / len(lines))
    found.records += [_record(name, person) for name, person in planned.items()]
    return found


def _post(actor: Actor, line: Line, units: Units, flaws: list[Flaw]) -> _Post:
    flaws += line.missing("unit", "role")
    post = _Post(
        line,
        None,
        chosen(pack().roles, line.get("role")) or "",
        line.day("from", flaws),
        line.day("to", flaws),
    )
    if line.get("unit"):
        unit = units.find(line.get("unit"))
        if isinstance(unit, Unit):
            post.unit = unit
            refusals = why_not(actor, NEEDS[Deed.PERSON_REGISTERED], unit)
            flaws += [line.flaw("unit", fault) for fault in refusals]
        else:
            flaws.append(line.flaw("unit", unit))
    if line.get("role") and not post.role:
        flaws.append(line.unknown("role", choices(FORM.column("role"))))
    if post.until and post.until < (post.since or clock.today()):
        flaws.append(line.flaw("to", identity.POST_DATES()))
    return post


def _person_flaws(line: Line, person: _Planned) -> Iterator[Flaw]:
    yield from line.missing("username", "full_name")
    name = person.known.full_name if person.known else person.full_name
    if line.get("full_name") and line.get("full_name") != name:
        fault = NAMED_OTHERWISE(username=line.get("username"), known=name)
        yield line.flaw("username", fault)
    try:
        Person.username_validator(line.get("username") or "-")
    except ValidationError:
        yield line.flaw("username", USERNAME_WRONG(username=line.get("username")))
    new = Person(username=line.get("username"), full_name=line.get("full_name"))
    for id in ("username", "full_name"):
        yield from (line.flaw(id, fault) for fault in too_long(new, id))
    yield from _held(line, person)


def _held(line: Line, person: _Planned) -> Iterator[Flaw]:
    """The post of this row, where the file or the register has it already."""
    *before, post = person.posts
    if post.unit is None:
        return
    for other in before:
        if (other.unit, other.role) == (post.unit, post.role):
            yield line.flaw("role", POST_TWICE(row=other.line.row))
    held = person.known and person.known.posts.filter(unit=post.unit, role=post.role, to_date=None)
    if held and held.exists():
        yield line.flaw("role", identity.POST_HELD(person=person.full_name))


def _record(name: str, person: _Planned) -> Record:
    roles = {row.id: row.zh for row in pack().roles}
    posts = "；".join(
        f"{post.unit.short_name} · {roles.get(post.role, '?')}"
        for post in person.posts
        if post.unit is not None
    )
    done = "增加岗位" if person.known else "新登记，生成一次性密码"
    lines = tuple(post.line for post in person.posts)
    shown = (person.username, person.full_name, posts, done)
    return Record(name, lines, shown, partial(_enter, person))


def _enter(planned: _Planned, actor: Actor, why: str) -> Made:
    person, posts = planned.known, list(planned.posts)
    told: tuple[str, ...] = ()
    if person is None:
        first, password = posts.pop(0), one_time.password()
        assert first.unit is not None
        person = identity.register(
            actor,
            planned.username,
            planned.full_name,
            password,
            [(first.unit, first.role)],
            why=why,
            from_date=first.since,
            to_date=first.until,
            one_time=True,
        )
        told = (person.username, person.full_name, first.unit.name, password)
    for post in posts:
        assert post.unit is not None
        identity.appoint(
            actor, person, post.unit, post.role, why=why, from_date=post.since, to_date=post.until
        )
    return Made(f"person:{person.pk}", person.full_name, told)


PEOPLE = Kind(
    "people",
    Text("人员与岗位", "People and posts"),
    Text(
        "用户名、姓名、单位和角色；系统生成一次性密码",
        "User names, names, units and roles; the hub gives one-time passwords",
    ),
    NEEDS[Deed.PERSON_REGISTERED],
    FORM,
    plan,
    (
        *(Text("用户名", "User name"), Text("姓名", "Name")),
        *(Text("单位", "Unit"), Text("一次性密码", "One-time password")),
    ),
)
