"""A changed law or duty on the entry's page: told by the unit, extended by the authority."""

from __future__ import annotations

from datetime import timedelta

from yunzhang import clock
from yunzhang.gather.models import Resource
from yunzhang.people.models import Clock

CODE = "307001/000001"
LAW = "《行政区划管理条例》第十三条修改"
TELL, EXTEND = 'name="deed" value="change"', 'name="deed" value="extend"'


def page(client) -> str:
    shown: bytes = client.get(f"/catalog/{CODE}").content
    return shown.decode()


def told(visit, **changes):
    form = {"deed": "change", "what": LAW, "on": str(clock.today()), **changes}
    return visit("provider").post(f"/catalog/{CODE}", form, follow=True)


def test_the_unit_tells_of_a_change_and_its_page_shows_the_limit(town, visit) -> None:
    before = page(visit("provider"))

    answer = told(visit)

    assert TELL in before
    assert LAW in (shown := answer.content.decode())
    assert TELL not in shown
    running = Clock.objects.get(rule="C1")
    assert running.reference == CODE
    assert LAW in visit("provider").get("/").content.decode()


def test_the_authority_extends_it_once(town, visit) -> None:
    told(visit)
    reviewer = visit("reviewer")
    offered = EXTEND in page(reviewer)

    reviewer.post(f"/catalog/{CODE}", {"deed": "extend", "why": "涉及三个系统"})

    assert offered
    assert Clock.objects.get(rule="C1").extended
    assert EXTEND not in page(reviewer)
    assert EXTEND not in page(visit("provider"))


def test_a_consumer_sees_neither_the_change_nor_the_form(town, visit) -> None:
    assert TELL not in page(visit("consumer"))
    told(visit)

    assert LAW not in page(visit("consumer"))
    refused = visit("consumer").post(f"/catalog/{CODE}", {"deed": "extend", "why": "急用"})
    assert refused.status_code == 403


def test_what_is_wrong_is_said_and_what_was_typed_stays(town, visit) -> None:
    tomorrow = clock.today() + timedelta(days=1)

    answer = told(visit, on=str(tomorrow))

    shown = answer.content.decode()
    assert "还没有到" in shown
    assert LAW in shown
    assert not Clock.objects.filter(rule="C1").exists()


def test_a_change_of_the_unit_reaches_all_its_entries(town, visit) -> None:
    told(visit, every="on")

    followed = set(Clock.objects.filter(rule="C1").values_list("reference", flat=True))
    published = Resource.objects.filter(
        unit=town.provider.unit, versions__state="published"
    ).values_list("code", flat=True)
    assert followed == set(published)
