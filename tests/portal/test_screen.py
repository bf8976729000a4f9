"""The command screen: the same numbers on the wall and in text, each as wide as one's post."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.portal.town import WHY, Town
from yunzhang import clock
from yunzhang.oversee.duties import supervision
from yunzhang.people.models import Case, Clock
from yunzhang.use.models import NodeLog, UsageDay


def told(client: Client) -> Any:
    answer = client.get("/screen/numbers.json")
    assert answer.status_code == 200
    return answer.json()


def late(town: Town) -> Clock:
    return Clock.objects.get(subject=f"request:{town.requests['applied'].pk}", ended_on=None)


def dispatch(town: Town, **changes: str) -> dict[str, str]:
    due = (clock.today() + timedelta(days=5)).isoformat()
    form = {"deed": "dispatch", "item": f"clock:{late(town).pk}", "due_on": due, "why": WHY}
    return {**form, **changes}


def test_the_flow_is_what_nodes_reported_from_whose_data_to_whose_use(town, visit) -> None:
    found = told(visit("reviewer"))

    since = clock.today() - timedelta(days=14)
    days = UsageDay.objects.filter(day__gt=since, provider=town.units[2], consumer=town.units[4])
    calls = sum(day.answered + day.refused for day in days)
    assert [(one["from"], one["to"], one["calls"]) for one in found["pairs"]] == [
        ("民政厅", "卫健委", calls)
    ]
    assert sum(one["calls"] for one in found["days"]) == calls
    today = sum(d.answered + d.refused for d in days if d.day == clock.today())
    assert found["pairs"][0]["today"] == today == 4
    assert found["receipts"][0]["refused"]


def test_a_limit_about_to_break_leads_to_its_matter_and_says_how_late_it_is(town, visit) -> None:
    (first, *_others) = told(visit("reviewer"))["clocks"]

    assert first["item"] == f"clock:{late(town).pk}"
    assert (first["title"], first["unit"]) == ("急救调度地址匹配", "民政厅")
    assert first["tone"] == "bad"
    assert first["address"] == f"/requests/{town.requests['applied'].number}"


def test_the_log_of_each_node_says_whether_its_last_batch_was_taken(town, visit) -> None:
    sound = told(visit("reviewer"))["logs"]
    NodeLog.objects.update(fault='{"zh": {"faults": []}, "en": {"faults": []}}')
    refused = told(visit("reviewer"))["logs"]

    size = NodeLog.objects.get().size
    assert [(one["name"], one["size"], one["state"]) for one in sound] == [
        ("civil-node", size, "sound")
    ]
    assert [one["state"] for one in refused] == ["fault"]


def test_one_tap_presses_the_unit_responsible_and_a_second_one_is_refused(town, visit) -> None:
    client = visit("reviewer")

    done = client.post("/screen", dispatch(town), follow=True)
    twice = client.post("/screen", dispatch(town))

    case = Case.objects.get(procedure=supervision.PROCEDURE)
    assert case.about == f"request:{town.requests['applied'].pk}"
    assert case.number in done.content.decode()
    assert told(client)["clocks"][0]["case"] == case.number
    assert twice.status_code == 409
    assert case.number in twice.content.decode()


def test_who_orders_no_supervision_is_offered_none_and_refused(town, visit) -> None:
    client = visit("auditor")

    page = client.get("/screen").content.decode()
    tried = client.post("/screen", dispatch(town))

    assert 'value="dispatch"' not in page
    assert tried.status_code == 403
    assert not Case.objects.filter(procedure=supervision.PROCEDURE).exists()


def test_nobody_dispatches_what_is_not_theirs_to_see(town, visit) -> None:
    assert visit("stats").post("/screen", dispatch(town)).status_code == 404


def test_a_chief_sees_the_limits_and_logs_of_the_own_unit_alone(town, visit) -> None:
    found = told(visit("stats_head"))

    assert found["clocks"] == []
    assert found["logs"] == []
    assert found["pairs"] == []
    assert found["receipts"] == []
    assert [one["n"] for one in found["numbers"]] == [1, 0, 0, 0, 0]


@pytest.mark.parametrize("who", ["reviewer", "chief", "stats_head"])
def test_the_text_version_has_every_number_of_the_wall(town, visit, who) -> None:
    client = visit(who)
    found = told(client)

    page = client.get("/screen/text").content.decode()

    words = re.sub(r"<[^>]+>", " ", page)
    for kind in ("numbers", "pairs", "days", "receipts", "clocks", "logs", "incidents"):
        for one in found[kind]:
            for name, value in one.items():
                if name.endswith("address") or name in (
                    "id",
                    "item",
                    "state",
                    "refused",
                    "tone",
                    "column",
                ):
                    continue
                if name == "rows" and one["refused"]:
                    continue
                said = f"{value:,}" if isinstance(value, int) else value
                assert said in words, (kind, name)
    for one in found["ranking"]["rows"]:
        assert one["total"] in words


def test_the_wall_begins_with_its_numbers_and_asks_for_them_again(town, visit) -> None:
    page = visit("reviewer").get("/screen").content.decode()

    (held,) = re.findall(r'<script id="told" type="application/json">(.*?)</script>', page)
    assert json.loads(held)["pairs"][0]["from"] == "民政厅"
    assert 'data-seconds="5"' in page


@pytest.mark.parametrize("address", ["/screen", "/screen/text", "/screen/numbers.json"])
def test_nobody_sees_the_screen_without_signing_in(town, client, address) -> None:
    assert client.get(address).status_code == 302
