"""Pages of patrols: planned, drawn, begun and recorded; a surprise is nowhere before it begins."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.portal.town import WHY, Town, write_log
from yunzhang import clock
from yunzhang.oversee.inspection import findings, patrols, sealing
from yunzhang.oversee.inspection.findings import Seen
from yunzhang.oversee.inspection.patrol_models import Mark, Patrol, Team
from yunzhang.people.models import Case

TITLE = "民政系统突击巡云"


@pytest.fixture
def log(town: Town, settings, tmp_path) -> None:
    """The town's log, for one test alone: what is written to it cannot be undone."""
    settings.LEDGER = shutil.copytree(settings.LEDGER, tmp_path / "log")


@pytest.fixture
def patrol(town: Town, log: None) -> Patrol:
    """An unannounced patrol of the civil affairs unit, drawn, its day come."""
    person = town.auditor.person
    assert person is not None
    form = sealing.PatrolForm(
        title=TITLE,
        unannounced=True,
        of="unit",
        size=1,
        scope=[town.units[2]],
        checklist="provider",
        draw_at=clock.now() + timedelta(hours=1),
        begins_on=clock.today() + timedelta(days=1),
        patrollers=[person],
    )
    made = patrols.plan(town.reviewer, town.units[1], form, why="保密")
    frame = patrols.frame_of(made)
    # As if it had been sealed an hour ago.
    Patrol.objects.filter(pk=made.pk).update(
        draw_at=clock.now() - timedelta(hours=1), begins_on=clock.today()
    )
    assert frame.size == 1
    write_log()
    return patrols.draw(town.reviewer, Patrol.objects.get(pk=made.pk), why=WHY)


# Everything a unit opens in a day's work, and every search there is.
LOOKED_AT = (
    "/", "/queue", "/notices", "/cases", "/cases?q=突击", "/catalog?q=突击", "/patrols",
    "/patrols?q=突击", "/patrols?state=drawn", "/patrols?export=csv", "/ledger/HUB",
    "/ledger/HUB?q=patrol", "/ledger/HUB?subject=patrol:1", "/duties", "/scores", "/usage", "/me",
    "/law?q=突击", "/permissions",
)  # fmt: skip


@pytest.mark.parametrize("who", ["provider", "provider_head", "chief"])
def test_a_patrolled_unit_finds_a_surprise_on_no_page_and_by_no_search(
    town, visit, patrol, who
) -> None:
    client = visit(who)

    for address in LOOKED_AT:
        page = client.get(address)
        body = page.getvalue() if page.streaming else page.content
        assert page.status_code == 200, address
        assert TITLE not in body.decode("utf-8-sig"), address
    for address in (
        reverse("patrol", args=[patrol.pk]),
        reverse("sampled", args=[patrol.pk, 1]),
        reverse("sample_file", args=[patrol.pk]),
    ):
        assert client.get(address).status_code == 404


def test_once_it_has_begun_the_unit_sees_it_and_how_it_was_drawn(town, visit, patrol) -> None:
    answered = visit("auditor").post(f"/patrols/{patrol.pk}", {"deed": "begin", "why": WHY})

    page = visit("provider").get(f"/patrols/{patrol.pk}").content.decode()

    assert answered.status_code == 302
    assert TITLE in page
    assert patrols.drawing_of(patrol).seed in page
    assert "yunzhang verify sample" in page
    assert TITLE in visit("provider").get("/notices").content.decode()


def test_a_finding_is_recorded_with_its_photo_and_opens_its_case(town, visit, patrol) -> None:
    patrols.begin(town.auditor, patrol, why=WHY)
    due = (clock.today() + timedelta(days=14)).isoformat()
    typed = {
        "deed": "mark",
        "item": "provider.catalog",
        "outcome": "wrong",
        "seen": "三个系统没有编目",
        "due_on": due,
        "evidence-file": SimpleUploadedFile("现场.jpg", b"\xff\xd8photo"),
    }

    answered = visit("auditor").post(f"/patrols/{patrol.pk}/1", typed, follow=True)
    case = Case.objects.get(procedure="rectification")
    page = visit("provider").get(f"/cases/{case.number}").content.decode()

    assert answered.status_code == 200
    assert Mark.objects.get().case == case.number
    assert "现场.jpg" in page
    assert TITLE in page
    assert "三个系统没有编目" in page
    assert due in page


def test_what_is_missing_of_a_finding_is_told_and_what_was_typed_stays(town, visit, patrol) -> None:
    patrols.begin(town.auditor, patrol, why=WHY)
    typed = {"deed": "mark", "item": "provider.reply", "outcome": "wrong", "seen": "逾期两件"}

    page = visit("auditor").post(f"/patrols/{patrol.pk}/1", typed)

    assert page.status_code == 422
    assert "没有填写今天或以后的整改期限" in page.content.decode()
    assert "逾期两件</textarea>" in page.content.decode()
    assert not Mark.objects.exists()


def test_the_office_plans_a_patrol_and_a_wrong_form_keeps_its_ticks(town, visit) -> None:
    person = town.auditor.person
    typed = {
        "deed": "plan",
        "title": "季度巡云",
        "checklist": "provider",
        "of": "unit",
        "size": "1",
        "draw_at": "2099-01-01T09:00",
        "begins_on": "2098-01-01",
        "scope": [str(town.units[2].pk), str(town.units[3].pk)],
        "patrollers": [str(person.pk)],
        "why": WHY,
    }
    wrong = visit("reviewer").post("/patrols", typed)

    answered = visit("reviewer").post("/patrols", {**typed, "begins_on": "2099-01-02"}, follow=True)

    assert wrong.status_code == 422
    assert f'value="{town.units[3].pk}" checked' in wrong.content.decode()
    assert "季度巡云" in answered.content.decode()
    assert Patrol.objects.get().scope.count() == 2


def test_a_team_is_set_up_changed_and_dissolved(town, visit) -> None:
    reviewer, person = visit("reviewer"), town.auditor.person
    typed = {
        "deed": "team",
        "name": "第一督查服务组",
        "members": [str(person.pk)],
        "serves": [str(town.units[2].pk)],
        "why": WHY,
    }
    reviewer.post("/patrols", typed)
    team = Team.objects.get()
    more = {**typed, "deed": "change", "serves": [str(town.units[2].pk), str(town.units[3].pk)]}
    reviewer.post(f"/patrols/teams/{team.pk}", more)
    served = Team.objects.get().serves.count()
    reviewer.post(f"/patrols/teams/{team.pk}", {"deed": "dissolve", "why": WHY})

    assert served == 2
    assert Team.objects.get().ended_on == clock.today()
    assert "第一督查服务组" in visit("provider").get("/patrols").content.decode()


def test_an_officer_plans_nothing(town, visit) -> None:
    assert "封存名单</button>" not in visit("provider").get("/patrols").content.decode()
    assert visit("provider").post("/patrols", {"deed": "team", "name": "组"}).status_code == 404


def found_wrong(town: Town, patrol: Patrol) -> None:
    patrols.begin(town.auditor, patrol, why=WHY)
    seen = Seen("wrong", "三个系统没有编目", None, clock.today() + timedelta(days=14))
    [line] = patrol.sample.all()
    findings.mark(town.auditor, line, "provider.catalog", seen, why=WHY)


def test_who_was_drawn_and_what_was_found_leave_as_files(town, visit, patrol) -> None:
    found_wrong(town, patrol)
    client, items = visit("auditor"), len(sealing.items(patrol))

    drawn = client.get(f"/patrols/{patrol.pk}?s-export=csv").getvalue().decode("utf-8-sig")
    found = client.get(f"/patrols/{patrol.pk}?f-export=csv").getvalue().decode("utf-8-sig")
    hidden = visit("stats").get(f"/patrols/{patrol.pk}?f-export=csv").status_code

    assert drawn.splitlines()[1] == f"1,广西壮族自治区民政厅,民政厅,0,1,{items - 1}"
    assert "三个系统没有编目" in found
    assert Case.objects.get(procedure="rectification").number in found
    assert hidden == 404


def test_a_task_is_given_from_the_patrol_filled_in_with_the_unit_and_the_reason(
    town, visit, patrol
) -> None:
    found_wrong(town, patrol)
    office, address = visit("reviewer"), f"/patrols/{patrol.pk}"
    page = office.get(address).content.decode()
    due = (clock.today() + timedelta(days=20)).isoformat()
    typed = {
        "deed": "give",
        "title": "补编三个系统的目录",
        "lead": str(town.units[2].pk),
        "due_on": due,
        "order": "逐个系统编目",
        "why": WHY,
    }

    wrong = office.post(address, {**typed, "title": ""})
    office.post(address, typed)

    case = Case.objects.get(procedure="instructed_task")
    assert f'<option value="{town.units[2].pk}" selected>' in page
    assert f"巡云“{TITLE}”发现" in page
    assert (wrong.status_code, case.about) == (422, f"patrol:{patrol.pk}")
    assert "补编三个系统的目录" in office.get(address).content.decode()
    assert "巡云发现" in office.get("/tasks").content.decode()
    # Who goes on the patrol without such a post gives none.
    assert visit("auditor").post(address, typed).status_code == 403
