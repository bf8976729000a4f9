"""The register of chiefs through its pages: appointed, listed by day, handed over, made public."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.hub_world import PASSWORD
from tests.portal.town import FOUNDED_ON, WHY
from yunzhang import clock
from yunzhang.oversee.seats import chiefs, handovers
from yunzhang.oversee.seats.chief_models import Appointment, Handover
from yunzhang.oversee.seats.chiefs import Warrant
from yunzhang.people import delegations, identity
from yunzhang.people.models import Delegation, Post

TODAY = clock.today()


def main(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content, "utf-8").partition("<main")[2]


def text(file) -> str:
    return b"".join(file.streaming_content).decode("utf-8-sig")


@pytest.fixture
def chief(town) -> Post:
    return Post.objects.get(person=town.chief.person)


@pytest.fixture
def handover(town, chief) -> Handover:
    """The chief of the civil affairs department leaves; the post was lent, and is taken up anew."""
    until = TODAY + timedelta(days=9)
    delegations.delegate(town.chief, chief, town.provider.person, TODAY, until, why="出差")
    identity.relieve(town.reviewer, chief, why="调任", to_date=TODAY)
    made = handovers.open(town.reviewer, chief, why="调任")
    identity.register(
        town.reviewer, "next", "石国梁", PASSWORD, [(town.units[2], "cloud_chief")], why=WHY
    )
    return made


def test_the_authority_appoints_a_chief_with_the_document(town, visit) -> None:
    form = {
        "deed": "appoint",
        "unit": town.units[3].code,
        "role": "cloud_chief",
        "person": "stats_head",
        "from_date": "2026-02-01",
        "number": "桂政干〔2026〕12号",
        "signed_on": "2026-01-20",
        "office": "局长",
        "why": "任命",
    }
    file = SimpleUploadedFile("任命.pdf", b"%PDF-1.4 stamped")

    wrong = visit("reviewer").post("/chiefs", {**form, "signed_on": "", "role": "auditor"})
    done = visit("reviewer").post("/chiefs", {**form, "document-file": file})

    assert wrong.status_code == 422
    said = wrong.content.decode()
    assert "文号和日期要一并填写" in said
    assert "不是政策包中的云长角色" in said
    assert 'value="桂政干〔2026〕12号"' in said
    post = Post.objects.get(person=town.stats_head.person, role="cloud_chief")
    assert done["Location"] == f"/chiefs/{post.pk}"
    page = main(visit("chief").get(f"/chiefs/{post.pk}"))
    assert "桂政干〔2026〕12号" in page
    kept = visit("chief").get(f"/chiefs/{post.pk}/document")
    assert kept.content == b"%PDF-1.4 stamped"
    assert Appointment.objects.get().office == "局长"


def test_the_register_is_searched_by_level_and_leaves_as_a_file(town, visit, chief) -> None:
    chiefs.record(town.reviewer, chief, Warrant("一号文", date(2026, 1, 5), office="厅长"), why=WHY)

    page = main(visit("provider").get("/chiefs?q=一号文"))
    other = main(visit("provider").get("/chiefs?tier=county"))
    file = text(visit("provider").get("/chiefs?export=csv"))

    assert "陈文涛" in page
    assert "陈文涛" not in other
    head, row = file.splitlines()[:2]
    assert head.startswith("云长,职务,角色,单位,层级")
    assert row.startswith("陈文涛,厅长,云长,民政厅,省级")
    assert "一号文,2026-01-05" in row


def test_an_empty_seat_is_red_and_the_day_before_still_shows_who_held_it(town, visit, chief):
    identity.relieve(town.reviewer, chief, why="退休", to_date=TODAY - timedelta(days=3))

    now = main(visit("reviewer").get("/chiefs"))
    then = main(visit("reviewer").get(f"/chiefs?on={TODAY - timedelta(days=4)}"))

    vacant = now.partition('id="list-vacant"')[2].partition('id="list-chiefs"')[0]
    assert "民政厅" in vacant
    assert f'class="bad">{TODAY - timedelta(days=2)}' in vacant.replace(' nowrap"', '"')
    assert "陈文涛" in then.partition('id="list-chiefs"')[2]
    assert 'id="list-vacant"' not in then


def test_an_officer_may_look_but_not_appoint(town, visit, chief) -> None:
    page = main(visit("provider").get("/chiefs"))
    answer = visit("provider").post(
        f"/chiefs/{chief.pk}", {"deed": "relieve", "to_date": TODAY, "why": WHY}
    )

    assert "任命云长" not in page
    assert answer.status_code == 403
    assert Post.objects.get(pk=chief.pk).to_date is None


def test_the_public_reads_unit_and_office_but_no_name(town, client, chief) -> None:
    chiefs.record(town.reviewer, chief, Warrant("一号文", date(2026, 1, 5), office="厅长"), why=WHY)

    page = client.get("/open/chiefs").content.decode()
    file = text(client.get("/open/chiefs?export=csv"))

    for told in (page, file):
        assert "广西壮族自治区民政厅" in told
        assert "厅长" in told
        assert "陈文涛" not in told
        assert "一号文" not in told


def test_the_successor_confirms_line_by_line_on_the_page(town, visit, handover, client) -> None:
    client.force_login(handover.post.unit.posts.get(person__username="next").person)
    client.cookies["django_language"] = "zh-hans"
    desk, page = main(client.get("/")), main(client.get(f"/handovers/{handover.pk}"))
    lines = list(handover.lines.order_by("pk"))

    first = client.post(
        f"/handovers/{handover.pk}",
        {"deed": "take", "line": [lines[0].pk], "renew": "on", "remark": "照旧", "why": "已核对"},
    )
    half = main(client.get(f"/handovers/{handover.pk}"))
    rest = client.post(
        f"/handovers/{handover.pk}",
        {"deed": "take", "line": [line.pk for line in lines[1:]], "why": "已核对"},
    )

    assert "接收移交事项" in desk
    assert f"还有 {len(lines)} 项待接收" in page
    assert "国务院令第809号" in page  # the late reply's limit with its clause
    assert (first.status_code, rest.status_code) == (302, 302)
    assert "照旧" in half
    assert Delegation.objects.filter(post__person__username="next").exists()
    handover.refresh_from_db()
    assert handover.closed_at
    record = client.get(f"/handovers/{handover.pk}/record.json")
    assert record.json()["kind"] == "handover/1"


def test_a_handover_is_its_units_affair(town, visit, handover) -> None:
    assert visit("consumer").get(f"/handovers/{handover.pk}").status_code == 404
    assert visit("chief").get(f"/handovers/{handover.pk}").status_code == 200
    assert visit("provider").get(f"/handovers/{handover.pk}/record.json").status_code == 404


def test_a_fact_and_a_history_name_the_chief_of_their_day(town, visit, chief) -> None:
    Post.objects.filter(pk=chief.pk).update(to_date=TODAY, from_date=FOUNDED_ON)
    new = identity.register(
        town.reviewer, "next", "石国梁", PASSWORD, [(town.units[2], "cloud_chief")],
        why=WHY, from_date=TODAY + timedelta(days=1),
    )  # fmt: skip

    page = main(visit("provider").get("/grants/" + town.grants["granted"].pk))

    assert "当日云长：陈文涛" in page
    assert new.full_name not in page


def test_the_authority_follows_a_handover_and_a_stranger_finds_none(town, visit, handover) -> None:
    page = f"/handovers/{handover.pk}"

    assert visit("reviewer").get(page).status_code == 200
    assert visit("stats").get(page).status_code == 404
