"""Notices on the pages: the bell counts, the list finds, a notice leads to what it is about."""

from __future__ import annotations

import re
from datetime import time

import pytest

from yunzhang.people import notices
from yunzhang.people.models import FactRow, Notice, NoticeChoice, Person
from yunzhang.people.permissions import pack
from yunzhang.portal.people.notices import page_of
from yunzhang.terms.faults import Text

BELL = re.compile(r'class="bell".*?</a>', re.DOTALL)


@pytest.fixture
def told(town) -> list[Notice]:
    """Three notices of the provider's head, who had none."""
    person = town.provider_head.person
    Notice.objects.filter(person=person).delete()
    request = town.requests["applied"]
    for number, kind in enumerate((notices.TURN, notices.WARNED, notices.TOLD)):
        said = Text(f"急救调度 {number}", f"Dispatch {number}")
        place = (f"request:{request.pk}", request.number)
        notices.tell([person], f"t:{number}", kind, *place, said)
    return list(Notice.objects.filter(person=person).order_by("pk"))


def listed(page: str) -> list[str]:
    return re.findall(r"急救调度 \d", page)


def test_the_bell_counts_what_is_unread_with_one_query_on_every_page(
    told, visit, django_assert_num_queries
):
    client = visit("provider_head")

    counted = BELL.search(client.get("/catalog").content.decode())[0]
    notices.read(told[0].person)
    silent = BELL.search(client.get("/catalog").content.decode())[0]

    assert "<b>3" in counted
    assert "<b>" not in silent
    with django_assert_num_queries(1):
        notices.unread(told[0].person)


def test_unread_notices_come_first(told, visit):
    notices.read(told[2].person, told[2].pk)

    page = visit("provider_head").get("/notices").content.decode()

    assert listed(page) == ["急救调度 1", "急救调度 0", "急救调度 2"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("kind=warned", ["急救调度 1"]),
        ("state=read", ["急救调度 0"]),
        ("state=unread", ["急救调度 2", "急救调度 1"]),
        ("q=调度+2", ["急救调度 2"]),
        ("q=nothing", []),
        ("kind=nonsense&state=odd&page=²", ["急救调度 2", "急救调度 1", "急救调度 0"]),
    ],
)
def test_the_list_is_narrowed_by_kind_state_and_words(told, visit, asked, found):
    notices.read(told[0].person, told[0].pk)

    page = visit("provider_head").get(f"/notices?{asked}").content.decode()

    assert listed(page) == found


def test_the_list_is_paged_through_unread_and_read(told, visit, monkeypatch):
    notices.read(told[2].person, told[2].pk)
    monkeypatch.setattr(
        type(pack()), "limit", lambda self, id: 1 if id == "page.list_rows" else 10_000
    )
    client, path, seen = visit("provider_head"), "/notices", []

    while path:
        page = client.get(path).content.decode()
        seen += listed(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""

    assert seen == ["急救调度 1", "急救调度 0", "急救调度 2"]


def test_what_was_found_is_exported_with_when_it_was_told(told, visit):
    notices.read(told[1].person, told[1].pk)

    answer = visit("provider_head").get("/notices?export=csv&state=unread")

    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[0] == "通知类别,内容,时间,已读"
    assert [row.split(",")[:2] for row in rows[1:]] == [
        ["告知", "急救调度 2"],
        ["待办", "急救调度 0"],
    ]


def test_opening_a_notice_leads_to_its_subject_and_reads_it(told, town, visit):
    answer = visit("provider_head").get(f"/notices/{told[0].pk}")

    told[0].refresh_from_db()
    assert answer["Location"] == f"/requests/{town.requests['applied'].number}"
    assert told[0].read_at is not None


def test_nobody_opens_or_reads_anothers_notice(told, visit):
    client = visit("consumer")

    opened = client.get(f"/notices/{told[0].pk}")
    client.post("/notices", {"deed": "read", "number": told[0].pk})
    client.post("/notices", {"deed": "read_all"})

    assert opened.status_code == 404
    assert notices.unread(told[0].person) == 3


def test_one_and_all_are_marked_as_read_and_the_filter_is_kept(told, visit):
    client = visit("provider_head")

    one = client.post("/notices?kind=turn", {"deed": "read", "number": told[0].pk})
    after_one = notices.unread(told[0].person)
    client.post("/notices", {"deed": "read_all"})

    assert one["Location"] == "/notices?kind=turn"
    assert (after_one, notices.unread(told[0].person)) == (2, 0)


def test_every_notice_of_the_town_leads_to_a_page_its_reader_may_open(town, visit):
    readers = {actor.person.pk: name for name, actor in town.actors.items()}
    told = list(Notice.objects.select_related("person"))

    closed = {
        (readers[one.person_id], one.subject, one.reference)
        for one in told
        if not page_of(one) or visit(readers[one.person_id]).get(page_of(one)).status_code != 200
    }

    assert told
    assert not closed


def test_a_person_chooses_how_to_be_told_and_the_address_stays_out_of_the_fact(town, visit):
    form = {
        "deed": "choose",
        "mail": "each",
        "address": "huang@example.test",
        "language": "en",
        "quiet_from": "22:00",
        "quiet_to": "07:30",
        "why": "按个人需要设定",
    }

    answer = visit("provider_head").post("/me/notices", form)

    person = Person.objects.get(pk=town.provider_head.person.pk)
    fact = FactRow.objects.latest("number")
    assert answer.status_code == 302
    assert (person.email, person.language) == ("huang@example.test", "en")
    assert NoticeChoice.objects.get(person=person).quiet_to == time(7, 30)
    assert fact.deed == "notices.chosen"
    assert "huang" not in fact.content


def test_a_wrong_hour_is_named_and_what_was_typed_stays(visit):
    form = {
        "deed": "choose",
        "mail": "each",
        "quiet_from": "25:99",
        "why": "x",
        "address": "a@b.cn",
    }

    answer = visit("provider_head").post("/me/notices", form)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“25:99”不是时刻" in page
    assert 'value="a@b.cn"' in page
