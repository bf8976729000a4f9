"""Services bought, internet exits, equipment of rooms and log-ins through their pages."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.portal.town import WHY
from yunzhang import clock
from yunzhang.gather.models import Cloud, InformationSystem
from yunzhang.oversee.clouds import logins, rooms
from yunzhang.oversee.clouds.register_models import (
    InternetExit,
    RoomItem,
    ServiceBought,
    SystemLogin,
)
from yunzhang.oversee.models import DataRoom, ExtranetLink
from yunzhang.people.models import FactRow

TODAY = clock.today()
LONG_AGO = timedelta(days=2000)


def main(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content, "utf-8").partition("<main")[2]


@pytest.fixture
def room(town) -> DataRoom:
    return rooms.register(
        town.provider, town.units[2], "老机房", "450100", date(2014, 5, 1), TODAY, why=WHY
    )


def test_a_purchase_stands_in_the_register_and_on_its_cloud(town, visit) -> None:
    cloud = Cloud.objects.create(
        unit=town.units[1], name="壮美云", level="region", built_on=date(2018, 1, 1)
    )
    form = {
        "deed": "buy",
        "vendor": "某云公司",
        "service": "云主机",
        "cloud": str(cloud.pk),
        "contract": "HT-2026-1",
        "since": "2026-01-01",
        "until": "2026-12-31",
        "yuan": "120000",
        "why": "登记",
    }

    wrong = visit("provider").post("/services-bought", {**form, "until": "2025-01-01"})
    done = visit("provider").post("/services-bought", form)

    assert wrong.status_code == 422
    assert 'value="HT-2026-1"' in wrong.content.decode()
    assert done.status_code == 302
    assert ServiceBought.objects.get().unit == town.units[2]
    assert "某云公司" in main(visit("reviewer").get("/services-bought?q=HT-2026"))
    assert "云主机" in main(visit("provider").get(f"/clouds/{cloud.pk}"))
    # Another unit's contract is not another unit's affair.
    assert "某云公司" not in main(visit("consumer").get("/services-bought"))
    assert "云主机" not in main(visit("consumer").get(f"/clouds/{cloud.pk}"))


def test_an_exit_is_registered_and_merged_and_mobile_access_is_told(town, visit) -> None:
    client = visit("provider")
    form = {
        "name": "办公区出口",
        "carrier": "某运营商",
        "megabits": "200",
        "built_on": "2015-06-01",
    }

    odd = client.post("/networks", {**form, "deed": "exit", "megabits": "很快", "why": WHY})
    made = client.post("/networks", {**form, "deed": "exit", "why": WHY})
    exit = InternetExit.objects.get()
    change = {"deed": "change", "state": "merged", "since": TODAY.isoformat(), "why": "并入"}
    client.post(made["Location"], change)
    unit = {"unit": town.units[2].code, "why": WHY}
    early = client.post("/networks", {**unit, "deed": "mobile", "since": "2022-01-01"})
    client.post("/networks", {**unit, "deed": "connect", "since": "2016-01-01"})
    client.post("/networks", {**unit, "deed": "mobile", "since": "2022-01-01"})

    assert odd.status_code == 422
    assert made["Location"] == f"/exits/{exit.pk}"
    assert InternetExit.objects.get().state == "merged"
    assert TODAY.isoformat() in main(client.get(f"/exits/{exit.pk}"))
    assert early.status_code == 422
    assert ExtranetLink.objects.get().mobile_since == date(2022, 1, 1)
    assert "2022-01-01" in main(client.get("/networks"))
    assert visit("stats").get(f"/exits/{exit.pk}").status_code == 404


def test_equipment_is_entered_taken_out_and_refused_once_the_room_is_frozen(
    town, visit, room
) -> None:
    client, path = visit("provider"), f"/rooms/{room.pk}"
    put_in = {"deed": "put_in", "name": "存储阵列", "count": "2", "why": WHY}

    client.post(path, {**put_in, "put_in_on": "2015-01-01"})
    rooms.change(town.provider, room, "frozen", date(2024, 1, 1), TODAY, why=WHY)
    refused = client.post(path, {**put_in, "name": "新服务器", "put_in_on": "2024-01-02"})
    item = RoomItem.objects.get()
    out = client.post(
        path, {"deed": "take_out", "item": item.pk, "taken_out_on": "2025-05-01", "why": WHY}
    )

    assert refused.status_code == 422
    assert "停止新增" in refused.content.decode()
    assert 'value="新服务器"' in refused.content.decode()
    assert out.status_code == 302
    page = main(client.get(path))
    assert "存储阵列" in page
    assert "2025-05-01" in page
    assert visit("stats").get(path).status_code == 404


def test_a_system_that_lives_by_reported_log_ins_alone_is_marked(town, visit) -> None:
    system = InformationSystem.objects.get(name="社会救助系统")
    lonely = InformationSystem.objects.create(unit=town.units[2], name="档案系统")
    FactRow.objects.filter(subject=f"system:{lonely.pk}").update(at=clock.now() - LONG_AGO)
    client = visit("provider")

    silent = main(client.get("/information-systems?standing=silent"))
    told = client.post(
        f"/information-systems/{lonely.pk}",
        {"deed": "login", "last_on": TODAY.isoformat(), "people": "12", "why": "系统日志"},
    )
    logins.report(town.provider, system, TODAY, why=WHY)
    reported = main(client.get("/information-systems?standing=reported"))
    page = main(client.get(f"/information-systems/{lonely.pk}"))

    assert "档案系统" in silent
    assert told.status_code == 302
    assert SystemLogin.objects.get(system=lonely).people == 12
    # The relief system is gathered here: its log-ins are not all there is.
    assert "档案系统" in reported
    assert "社会救助系统" not in reported
    assert "单位报告" in page
    assert "12 人" in page
