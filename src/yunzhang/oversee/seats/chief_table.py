"""Chief tables: a directory of chiefs from one file, each a post with its term and document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from yunzhang.oversee.seats import chiefs
from yunzhang.oversee.seats.chiefs import Warrant
from yunzhang.people import identity, one_time
from yunzhang.people.imports import Kind, Made, Plan, Record, Tell, Units, chosen
from yunzhang.people.models import Person, Post, Unit
from yunzhang.people.permissions import NEEDS, Actor, pack, why_not
from yunzhang.people.person_table import NAMED_OTHERWISE
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Text
from yunzhang.terms.forms import Flaw, Line, form_of, tables
from yunzhang.terms.grids import Grid, key

NOBODY = FaultKind(
    "import.chief_unknown",
    422,
    Text("“{unit}”没有名为“{holder}”的在册人员。", "{unit} has nobody on record called {holder}."),
    Text("补填用户名，随名录一并登记。", "Give a user name: the person is put on record too."),
)
SEVERAL = FaultKind(
    "import.chief_several",
    422,
    Text("“{unit}”有多人名为“{holder}”。", "{unit} has several people called {holder}."),
    Text("补填用户名。", "Give the user name."),
)
TWICE = FaultKind(
    "import.chief_twice",
    422,
    Text("这一任命在第 {row} 行已经出现。", "This appointment stands in row {row} already."),
    Text("删去重复的一行。", "Remove one of the rows."),
)
FORM = form_of((Path(__file__).parent / "forms" / "chiefs.toml").read_text(encoding="utf-8"))


@dataclass
class _Planned:
    """A row read: `person` None is somebody to be put on record under `username`."""

    line: Line
    unit: Unit
    role: str
    person: Person | None
    username: str
    warrant: Warrant
    post: Post


class _People:
    """Who is on record, by user name, and by unit and name."""

    def __init__(self) -> None:
        self.named = {key(person.username): person for person in Person.objects.all()}
        self._seated: dict[tuple[int, str], dict[int, Person]] = {}
        for post in Post.objects.select_related("person"):
            seat = self._seated.setdefault((post.unit_id, key(post.person.full_name)), {})
            seat[post.person_id] = post.person

    def seated(self, unit: Unit, name: str) -> list[Person]:
        """Those of a name who ever held a post in a unit."""
        return list(self._seated.get((unit.pk, key(name)), {}).values())


def plan(actor: Actor, grids: Sequence[Grid], tell: Tell) -> Plan:
    """The appointments of the tables; every flaw of every row."""
    read = tables(grids, FORM, FORM.needed, pack().limit("import.header_rows"))
    found = Plan(
        (
            *(Text("单位", "Unit"), Text("云长类别", "Role"), Text("姓名", "Chief")),
            *(Text("任命文号", "Document number"), Text("办理", "What is done")),
        ),
        notes=[*read.notes, *read.columns_missing(*FORM.needed)],
    )
    units, people, seen = Units(), _People(), dict[tuple[int, str, str, str], int]()
    lines = [line for table in read.tables for line in table.lines]
    for number, line in enumerate(lines, 1):
        found.flaws += line.missing(*FORM.needed)
        unit = units.find(line.get("unit")) if line.get("unit") else None
        if isinstance(unit, Unit):
            planned = _read(line, unit, people, found.flaws)
            found.flaws += _flaws(actor, planned, people, seen)
            found.records.append(_record(planned))
        elif unit is not None:
            found.flaws.append(line.flaw("unit", unit))
        tell(number, number / len(lines))
    return found


def _read(line: Line, unit: Unit, people: _People, flaws: list[Flaw]) -> _Planned:
    own = [role for role in chiefs.roles() if role.scope != "all"]
    role = (
        chosen(chiefs.listed(), line.get("role")) if line.get("role") else own[0].id if own else ""
    )
    if line.get("role") and not role:
        flaws.append(line.unknown("role", tuple(row.zh for row in chiefs.listed())))
    username, seated = line.get("username"), people.seated(unit, line.get("holder"))
    person = people.named.get(key(username)) if username else None
    if not username and len(seated) == 1:
        person = seated[0]
    warrant = Warrant(
        number=line.get("number"),
        signed_on=line.day("signed_on", flaws),
        field=line.get("field"),
        office=line.get("office"),
        cloud=line.get("cloud"),
    )
    since, until = line.day("from", flaws), line.day("to", flaws)
    post = identity.planned(person or Person(), unit, role or "", since, until)
    return _Planned(line, unit, role or "", person, username, warrant, post)


def _flaws(
    actor: Actor, one: _Planned, people: _People, seen: dict[tuple[int, str, str, str], int]
) -> Iterator[Flaw]:
    line, holder = one.line, one.line.get("holder")
    for refusal in why_not(actor, NEEDS[Deed.POST_GIVEN], one.unit):
        yield line.flaw("unit", refusal)
    if one.person is None and not one.username and holder:
        several = people.seated(one.unit, holder)
        kind = SEVERAL if several else NOBODY
        yield line.flaw("holder", kind(unit=one.unit.name, holder=holder))
    if one.person is not None and holder and one.person.full_name != holder:
        known = one.person.full_name
        yield line.flaw("username", NAMED_OTHERWISE(username=one.username, known=known))
    role = next((row for row in chiefs.listed() if row.id == one.role), None)
    for fault in chiefs.warrant_faults(one.warrant, role):
        column = "field" if fault.code.startswith("chief.field") else "number"
        yield line.flaw(column, fault)
    if one.role:
        known_post = identity.post_faults(one.post) if one.person else ()
        yield from (line.flaw("role", fault) for fault in known_post)
    mark = (one.unit.pk, one.role, key(holder or one.username), one.warrant.field)
    first = seen.setdefault(mark, line.row)
    if first != line.row:
        yield line.flaw("unit", TWICE(row=first))


def _record(one: _Planned) -> Record:
    names = {row.id: row.zh for row in pack().roles}
    done = "任命" if one.person else "登记人员并任命，生成一次性密码"
    holder, number = one.line.get("holder"), one.warrant.number
    shown = (one.unit.short_name, names.get(one.role, "?"), holder, number, done)
    return Record(f"{one.line.sheet}:{one.line.row}", (one.line,), shown, partial(_enter, one))


def _enter(one: _Planned, actor: Actor, why: str) -> Made:
    told: tuple[str, ...] = ()
    since, until, person = one.post.from_date, one.post.to_date, one.person
    if person is None:
        person = Person.objects.filter(username=one.username).first()
    if person is None:
        password, holder = one_time.password(), one.line.get("holder")
        person = identity.register(
            actor, one.username, holder, password, [(one.unit, one.role)],
            why=why, from_date=since, to_date=until, one_time=True,
        )  # fmt: skip
        told = (one.username, holder, one.unit.name, password)
        chiefs.record(actor, person.posts.get(), one.warrant, why=why)
    else:
        chiefs.appoint(
            actor, person, one.unit, one.role, one.warrant,
            why=why, from_date=since, to_date=until,
        )  # fmt: skip
    return Made(f"person:{person.pk}", person.full_name, told)


CHIEFS = Kind(
    "chiefs",
    Text("云长名录", "Directory of chiefs"),
    Text(
        "单位、云长、职务、任期和任命文件；未登记的人员一并登记",
        "Units, chiefs, offices, terms and documents; who is not on record is registered",
    ),
    NEEDS[Deed.POST_GIVEN],
    FORM,
    plan,
    (
        *(Text("用户名", "User name"), Text("姓名", "Name")),
        *(Text("单位", "Unit"), Text("一次性密码", "One-time password")),
    ),
)
