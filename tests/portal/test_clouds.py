"""Pages of clouds, networks, systems and the handbook: told, planned and listed by whoever may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.portal.town import WHY, Town
from yunzhang import clock
from yunzhang.gather import clouds, networks, placing
from yunzhang.gather.clouds import CloudForm
from yunzhang.gather.models import Cloud, InformationSystem, Network
from yunzhang.gather.placing import Placing
from yunzhang.oversee.models import DataRoom, Drill, ExtranetLink
from yunzhang.people.models import Case

OLD = date(2015, 6, 1)


@pytest.fixture
def cloud(town: Town) -> Cloud:
    form = CloudForm("全区统一政务云", "region", OLD, vendor="数字广西集团", service="计算和存储")
    return clouds.register(town.reviewer, town.units[1], form, why=WHY)


@pytest.fixture
def system(town: Town) -> InformationSystem:
    return InformationSystem.objects.get(name="社会救助系统")


def test_the_authority_registers_a_cloud_under_a_larger_one(town, visit, cloud) -> None:
    typed = {
        "deed": "register",
        "name": "民政部门云",
        "level": "department",
        "parent": str(cloud.pk),
        "built_on": "2016-01-01",
        "why": WHY,
    }

    answered = visit("reviewer").post("/clouds", typed, follow=True)

    assert Cloud.objects.get(name="民政部门云").parent == cloud
    assert "全区统一政务云" in answered.content.decode()


def test_an_officer_tells_where_a_system_runs_and_the_rate_opens_to_it(
    town, visit, cloud, system
) -> None:
    typed = {
        "deed": "place",
        "cloud": str(cloud.pk),
        "protection": "3",
        "sensitivity": "plain",
        "needs": "区划地名管理系统\n统计局/统计用区划系统",
        "why": WHY,
    }

    answered = visit("provider").post(f"/information-systems/{system.pk}", typed)
    told = visit("chief").get("/clouds/rates/cloud_migration_rate").content.decode()

    held = InformationSystem.objects.get(pk=system.pk)
    assert answered.status_code == 302, answered.content.decode()
    assert (held.cloud, held.needs.count()) == (cloud, 2)
    assert "社会救助系统" in told


def test_a_system_nobody_knows_is_named_and_nothing_is_written(town, visit, system) -> None:
    typed = {"deed": "place", "sensitivity": "plain", "needs": "没有的系统", "why": WHY}

    answered = visit("provider").post(f"/information-systems/{system.pk}", typed)

    assert answered.status_code == 422
    assert "没有登记名为“没有的系统”的系统" in answered.content.decode()


@pytest.mark.parametrize(
    "typed",
    [{"cloud": "9" * 30}, {"cloud": "abc"}, {"network": "-1"}, {"sensitivity": ""}],
)
def test_what_no_select_sends_wipes_out_nothing(town, visit, cloud, system, typed) -> None:
    placing.place(town.provider, system, Placing(cloud=cloud), clock.today(), why=WHY)
    sent = {"deed": "place", "sensitivity": "plain", "cloud": str(cloud.pk), "why": WHY, **typed}

    answered = visit("provider").post(f"/information-systems/{system.pk}", sent)

    assert answered.status_code == 422
    assert InformationSystem.objects.get(pk=system.pk).cloud == cloud


def test_a_system_of_another_unit_is_not_there(town, visit, system) -> None:
    assert visit("stats").get(f"/information-systems/{system.pk}").status_code == 404


def test_a_plan_is_proposed_on_the_systems_page_and_goes_to_the_head(
    town, visit, cloud, system
) -> None:
    by = (clock.today() + timedelta(days=40)).isoformat()
    typed = {"deed": "plan", "kind": "cloud", "cloud": str(cloud.pk), "by": by, "plan": "分两步"}

    answered = visit("provider").post(f"/information-systems/{system.pk}", typed, follow=True)

    case = Case.objects.get(procedure="migration_plan")
    page = answered.content.decode()
    assert (case.step, case.title) == ("head", "社会救助系统：迁移上云")
    assert f"/information-systems/{system.pk}" in page
    assert "全区统一政务云" in page
    assert by in page
    assert f"system:{system.pk}" not in page


def test_a_network_is_registered_and_planned_to_merge(town, visit) -> None:
    typed = {"deed": "network", "name": "民政专网", "built_on": "2014-05-01", "why": WHY}
    visit("provider").post("/networks", typed)
    network = Network.objects.get()

    by = (clock.today() + timedelta(days=40)).isoformat()
    plan = {"deed": "plan", "kind": "extranet", "by": by, "plan": "割接方案"}
    visit("provider").post(f"/networks/{network.pk}", plan)

    assert Case.objects.get(procedure="migration_plan").about == f"network:{network.pk}"


def test_rooms_drills_and_connections_are_put_on_record(town, visit, cloud, system) -> None:
    officer = visit("provider")
    day = clock.today().isoformat()

    officer.post(
        "/networks",
        {"deed": "room", "name": "老机房", "division": "450102", "built_on": "2010-01-01", "why": WHY},
    )  # fmt: skip
    room = DataRoom.objects.get()
    officer.post(
        f"/rooms/{room.pk}", {"deed": "change", "state": "frozen", "since": day, "why": WHY}
    )
    officer.post(
        "/networks", {"deed": "connect", "unit": town.units[2].code, "since": day, "why": WHY}
    )
    drill = {"deed": "drill", "held_on": day, "result": "两小时恢复", "passed": "on"}
    officer.post(f"/information-systems/{system.pk}", drill)

    assert DataRoom.objects.get().state == "frozen"
    assert ExtranetLink.objects.get().unit == town.units[2]
    assert Drill.objects.get().passed


def test_the_authority_alerts_a_unit_to_idle_resources(town, visit, cloud, system) -> None:
    placing.place(town.provider, system, Placing(cloud=cloud), clock.today(), why=WHY)

    visit("reviewer").post(
        f"/information-systems/{system.pk}", {"deed": "idle", "report": "处理器月均使用率 3%"}
    )

    assert Case.objects.get(procedure="idle_cloud").step == "alerted"


def test_a_secret_network_is_seen_by_its_own_unit_and_the_authority_alone(town, visit) -> None:
    networks.register(
        town.provider, town.units[2], "机要专网", OLD, clock.today(), secret=True, why=WHY
    )

    assert "机要专网" in visit("provider").get("/networks").content.decode()
    assert "机要专网" in visit("reviewer").get("/networks").content.decode()
    assert "机要专网" not in visit("stats").get("/networks").content.decode()


def test_the_handbook_names_system_place_resource_and_owner(town, visit, cloud) -> None:
    system = InformationSystem.objects.get(name="区划地名管理系统")
    placing.place(town.provider, system, Placing(cloud=cloud), clock.today(), why=WHY)

    book = visit("reviewer").get("/handbook?print=1").content.decode()

    for said in ("区划地名管理系统", "全区统一政务云", "乡级行政区划代码", "韦国强"):
        assert said in book


def test_the_handbook_leaves_as_excel(town, visit) -> None:
    page = visit("reviewer").get("/handbook").content.decode()
    file = visit("reviewer").get("/handbook?export=xlsx")

    assert "export=xlsx" in page
    assert file.headers["Content-Type"].endswith("sheet")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("chief", "/clouds"),
        ("reviewer", "/clouds"),
        ("reviewer", "/clouds/rates/gov_extranet_coverage"),
        ("chief", "/clouds/rates/living_rate"),
        ("reviewer", "/information-systems?standing=off"),
        ("provider", "/information-systems"),
        ("consumer", "/networks"),
        ("provider", "/networks"),
        ("chief", "/handbook"),
    ],
)
def test_every_page_opens_with_few_queries(
    town, visit, cloud, name, page, language, django_assert_max_num_queries
) -> None:
    browser = visit(name, language)

    with django_assert_max_num_queries(40):
        answered = browser.get(page)

    assert answered.status_code == 200
