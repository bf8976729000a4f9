"""Networks and extranet connections from tables: entered whole, or named with every flaw."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.hub_world import HubWorld
from tests.import_tables import entered, flaws, looked_through, workbook
from yunzhang.gather.models import Network
from yunzhang.gather.network_table import NETWORKS
from yunzhang.oversee.clouds.extranet_table import EXTRANET
from yunzhang.oversee.models import ExtranetLink


def test_networks_are_registered_from_a_table(hub: HubWorld, tmp_path: Path) -> None:
    heads = ("网络名称", "单位", "建设时间", "是否涉密")
    rows = [("民政专网", "", "2014-05-01", ""), ("机要网", "民政", "2010年3月1日", "是")]
    path = workbook(tmp_path / "专网.xlsx", {"专网": [("业务专网清单",), heads, *rows]})

    plan = looked_through(hub.officer, NETWORKS, path)
    entered(hub.officer, NETWORKS, plan)

    assert flaws(plan) == set()
    assert dict(Network.objects.values_list("name", "secret")) == {
        "民政专网": False,
        "机要网": True,
    }
    assert Network.objects.get(name="机要网").built_on == date(2010, 3, 1)


def test_every_flaw_of_a_table_of_networks_is_told(hub: HubWorld, tmp_path: Path, settings) -> None:
    settings.PACK = "liuzhou-2020"
    heads = ("专网名称", "单位", "建成日期", "批准文号")
    rows = [
        ("新专网", "", "2024-01-01", ""),
        ("卫健专网", "卫健", "2014-01-01", ""),
        ("旧专网", "", "不详", ""),
        ("未来专网", "", "2999-01-01", "某号"),
        ("批准专网", "", "2024-01-01", "柳发改〔2024〕3号"),
        ("批准专网", "", "2024-01-01", "柳发改〔2024〕3号"),
    ]
    path = workbook(tmp_path / "专网.xlsx", {"专网": [heads, *rows]})

    found = {code for _row, _column, code in flaws(looked_through(hub.officer, NETWORKS, path))}

    assert found == {
        "gate.shut",
        "permission.missing",
        "import.day_unclear",
        "place.day_ahead",
        "import.network_twice",
    }


def test_the_authority_enters_the_connections_of_all_units(hub: HubWorld, tmp_path: Path) -> None:
    heads = ("接入单位", "开通时间")
    rows = [("民政厅", "2016-01-01"), ("卫健", "2018/5/1")]
    path = workbook(tmp_path / "外网.xlsx", {"外网": [heads, *rows]})

    plan = looked_through(hub.reviewer, EXTRANET, path)
    entered(hub.reviewer, EXTRANET, plan)

    assert flaws(plan) == set()
    assert set(ExtranetLink.objects.values_list("unit__short_name", "since")) == {
        ("民政", date(2016, 1, 1)),
        ("卫健", date(2018, 5, 1)),
    }


def test_a_connection_twice_of_nobody_or_of_others_is_told(hub: HubWorld, tmp_path: Path) -> None:
    heads = ("单位", "接入日期")
    rows = [
        ("民政厅", "2016-01-01"),
        ("民政", "2016-01-01"),
        ("没有的局", "2016-01-01"),
        ("卫健", "2016-01-01"),
        ("", "2016-01-01"),
    ]
    path = workbook(tmp_path / "外网.xlsx", {"外网": [heads, *rows]})

    found = {code for _row, _column, code in flaws(looked_through(hub.officer, EXTRANET, path))}

    assert {"import.connection_twice", "permission.missing"} <= found
    assert len(found) == 4
