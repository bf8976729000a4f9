"""Faults of a pack: every file, row and field that is wrong, named at once, in two languages."""

from __future__ import annotations

import pytest

from yunzhang.terms.faults import Fault, Refused
from yunzhang.terms.pack import parse

HEAD = 'id = "x"\nzh = "甲"\nen = "A"\n'
CITE = 'cite = { document = "d", clause = "c" }\n'
NAMES = 'zh = "甲"\nen = "A"\n'


def row(table: str, id: str, fields: str, cite: str = CITE) -> str:
    return f'[[{table}]]\nid = "{id}"\n{NAMES}{fields}{cite}'


def faults(**files: str) -> tuple[Fault, ...]:
    """What is wrong with the files, `roles` standing for roles.toml."""
    texts = {f"{name}.toml": text for name, text in files.items()}
    with pytest.raises(Refused) as refused:
        parse({"pack.toml": HEAD, **texts})
    return refused.value.faults


def where(fault: Fault) -> tuple[str, str, str]:
    details = dict(fault.details)
    return details["file"], details["row"], details.get("field", "")


def test_every_field_of_every_row_is_named_with_what_was_expected() -> None:
    text = (
        '[[clocks]]\nid = "C"\nzh = 1\nen = "A"\ndays = -1\nunit = "hour"\nsurprise = 2\n'
        'cite = { document = "d" }\n'
        "[[clocks]]\n" + NAMES + 'event = "e"\ndays = 1\nunit = "working_day"\n' + CITE
    )

    found = {where(fault)[1:]: dict(fault.details)["reason_en"] for fault in faults(clocks=text)}

    assert found == {
        ("C", "surprise"): "there is no such field",
        ("C", "zh"): "text is expected",
        ("C", "event"): "missing; text is expected",
        ("C", "days"): "a whole number, 0 or more, is expected",
        ("C", "unit"): 'one of "working_day", "calendar_day" is expected',
        ("C", "cite.clause"): "missing; text is expected",
        ("#2", "id"): "missing; text is expected",
    }


def test_a_table_may_stand_in_several_files_but_an_id_in_one_only() -> None:
    one, other = row("indicators", "one", ""), row("indicators", "other", "")

    pack = parse({"pack.toml": HEAD, "a.toml": one, "b.toml": other})
    [fault] = faults(a=one, b=other + one)

    assert [each.id for each in pack.indicators] == ["one", "other"]
    assert (fault.code, *where(fault)) == ("pack.id_twice", "a.toml, b.toml", "one", "")


def test_a_wrong_place_deep_in_a_row_is_named_by_its_path() -> None:
    steps = 'subject = "s"\nsteps = [{ id = "a", zh = "甲", en = "A", who = ["r"], clock = 3 }]\n'

    [fault] = faults(
        procedures=row("procedures", "p", steps), roles=row("roles", "r", "may = []\n")
    )

    assert where(fault) == ("procedures.toml", "p", "steps[1].clock")


def test_faults_of_all_kinds_and_files_come_together() -> None:
    found = faults(
        limits='[[limits]]\nid = "a"\nvalue = 1\nunit = "row"\n' + CITE,
        indicators=row("indicators", "twice", "") + row("indicators", "twice", ""),
        targets=row(
            "targets",
            "t",
            'group = "g"\nby = 2020-01-01\nunit = "percent"\nvalue = 1\nindicator = "none"\n',
        ),
        lists=row(
            "lists",
            "l",
            'kind = "sharing"\n',
            f'cite = {{ document = "d", clause = "c", quote = "{"字" * 26}" }}\n',
        ),
        boards=row("boards", "b", 'colour = "red"\n', 'cite = { document = " ", clause = "" }\n'),
        unit_kinds=row("unit_kinds", "k", "from_date = 2021-01-02\nto_date = 2021-01-01\n"),
        violations=row("violations", "v", 'of = "provider"\nnote = "待定"\n'),
    )

    assert sorted((fault.code, *where(fault)) for fault in found) == [
        ("pack.dates_reversed", "unit_kinds.toml", "k", ""),
        ("pack.id_twice", "indicators.toml", "twice", ""),
        ("pack.not_cited", "boards.toml", "b", "cite.clause"),
        ("pack.not_cited", "boards.toml", "b", "cite.document"),
        ("pack.placeholder", "violations.toml", "v", "note"),
        ("pack.quote_long", "lists.toml", "l", "cite.quote"),
        ("pack.unknown_reference", "targets.toml", "t", "indicator"),
    ]
    for fault in found:
        assert fault.sentence("zh")
        assert fault.sentence("en")


@pytest.mark.parametrize(
    "value", ["TODO", "xxx", "???", "？？", "……", "<单位>", "待填", "待补充", "某市"]
)
def test_a_placeholder_is_no_rule(value: str) -> None:
    [fault] = faults(unit_kinds=row("unit_kinds", "k", f'note = "{value}"\n'))

    assert fault.code == "pack.placeholder"


def test_a_procedure_names_roles_clocks_and_its_own_steps() -> None:
    steps = (
        'subject = "s"\nsteps = [{ id = "a", zh = "甲", en = "A", who = ["king"], '
        'clock = "C9", moves = [{ id = "go", zh = "去", en = "Go", to = "b", attach = ["z"] }] }]\n'
    )

    found = faults(procedures=row("procedures", "p", steps))

    assert sorted((fault.code, where(fault)[2]) for fault in found) == [
        ("pack.unknown_reference", "steps[1].clock"),
        ("pack.unknown_reference", "steps[1].moves[1].attach[1]"),
        ("pack.unknown_reference", "steps[1].who[1]"),
        ("pack.unknown_step", "steps[1].moves[1].to"),
    ]


def test_what_the_hub_does_itself_needs_no_paper_that_only_people_hand_in() -> None:
    steps = (
        'subject = "s"\nsteps = [{ id = "a", zh = "甲", en = "A", overdue = "go", '
        'moves = [{ id = "go", zh = "去", en = "Go", to = "b", attach = ["z"] }] }, '
        '{ id = "b", zh = "乙", en = "B" }]\n'
    )
    codes = row("codes", "z", 'list = "paper"\ncode = "z"\n')

    [fault] = faults(procedures=row("procedures", "p", steps), codes=codes)

    assert where(fault) == ("procedures.toml", "p", "steps[1].overdue")


def test_a_citation_names_a_listed_document_where_documents_are_listed() -> None:
    [fault] = faults(
        documents=row("documents", "d", ""),
        units=row("unit_kinds", "k", "", 'cite = { document = "e", clause = "c" }\n'),
    )

    assert (fault.code, where(fault)) == (
        "pack.unknown_reference",
        ("units.toml", "k", "cite.document"),
    )


def test_a_reference_may_be_met_by_the_pack_below() -> None:
    below = parse({"pack.toml": HEAD, "roles.toml": row("roles", "r", "may = []\n")})
    steps = 'subject = "s"\nsteps = [{ id = "a", zh = "甲", en = "A", who = ["r"] }]\n'

    pack = parse(
        {"pack.toml": HEAD + 'over = "below"\n', "p.toml": row("procedures", "p", steps)}, below
    )

    assert [each.id for each in pack.roles] == ["r"]
    assert pack.procedures


def test_a_row_that_is_wrong_is_not_also_missing() -> None:
    found = faults(
        indicators=row("indicators", "i", 'weight = "heavy"\n'),
        targets=row(
            "targets",
            "t",
            'group = "g"\nby = 2020-01-01\nunit = "percent"\nvalue = 1\nindicator = "i"\n',
        ),
    )

    assert [where(fault) for fault in found] == [("indicators.toml", "i", "weight")]


@pytest.mark.parametrize(
    ("table", "fields", "field"),
    [
        ("targets", 'group = "g"\nby = 2020-01-01\nunit = "percent"\n', "value"),
        ("targets", 'group = "g"\nby = 2020-01-01\nunit = "milestone"\nvalue = 3\n', "value"),
        ("reports", 'cycle = "quarter"\nmonth = 4\n', "month"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(table: str, fields: str, field: str) -> None:
    [fault] = faults(rows=row(table, "r", fields))

    assert where(fault) == ("rows.toml", "r", field)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[[limits]\n", "TOML"),
        ("a = '\ufffd'\n", "UTF-8"),
        ("clocks = 3\n", "clocks"),
        ("[[wishes]]\n", "wishes"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(text: str, field: str) -> None:
    [fault] = faults(odd=text)

    assert where(fault) == ("odd.toml", "—", field)


def test_a_pack_without_a_head_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        parse({})

    assert [where(fault)[2] for fault in refused.value.faults] == ["id", "zh", "en"]
