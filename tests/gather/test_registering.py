"""Systems, tables and nodes are registered whole; passwords and closed folders stay out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hub_world import WHY, HubWorld
from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.gather import nodes, secrets, systems
from yunzhang.gather.models import DataTable, InformationSystem
from yunzhang.people.models import FactRow
from yunzhang.protect.keys import SigningKey
from yunzhang.terms.faults import Refused

KEY = SigningKey.generate("civil-node").public.text


@pytest.fixture
def system(hub: HubWorld) -> InformationSystem:
    return systems.register(hub.officer, hub.units[2], "区划系统", "登记区划", why=WHY)


def database(location: str) -> SourceSpec:
    return SourceSpec(kind=SourceKind.POSTGRESQL, location=location, table="t")


def test_a_system_is_registered_once_by_its_own_unit(
    hub: HubWorld, system: InformationSystem
) -> None:
    with pytest.raises(Refused) as twice:
        systems.register(hub.officer, hub.units[2], "区划系统", "", why=WHY)
    with pytest.raises(Refused) as foreign:
        systems.register(hub.outsider, hub.units[2], "另一系统", "", why=WHY)

    assert twice.value.codes == ("system.twice",)
    assert foreign.value.codes == ("permission.missing",)


@pytest.mark.parametrize("name", ["../etc", "a/b", "A", "区划", "", "x" * 61, "-a", "a b"])
def test_a_table_name_that_is_no_name_is_refused(
    hub: HubWorld, system: InformationSystem, name: str
) -> None:
    with pytest.raises(Refused) as refused:
        systems.register_table(hub.officer, system, name, "表", hub.csv(), why=WHY)

    assert refused.value.codes == ("gather.name_wrong",)


def test_a_table_is_refused_with_everything_wrong(hub: HubWorld, system: InformationSystem) -> None:
    key = SigningKey.generate("health").public.text
    foreign = nodes.register(hub.outsider, hub.units[3], "health", "http://h:1", key, why=WHY)
    source = database("postgresql://reader:letmein@db/x")

    with pytest.raises(Refused) as refused:
        systems.register_table(hub.officer, system, "a b", " ", source, foreign, why=WHY)

    assert set(refused.value.codes) == {
        "gather.name_wrong",
        "system.title_missing",
        "table.node_foreign",
        "source.password_in_clear",
    }


@pytest.mark.parametrize(
    "location",
    [
        "postgresql://reader:letmein@db/x",
        "postgresql://reader@db/x?password=letmein",
        "postgresql://reader:@db/x",
        "postgresql://reader:secret%3Aa%2Fb@db/x",
    ],
)
def test_no_password_is_ever_recorded(
    hub: HubWorld, system: InformationSystem, location: str
) -> None:
    with pytest.raises(Refused) as refused:
        systems.register_table(hub.officer, system, "t1", "表", database(location), why=WHY)

    assert refused.value.codes == ("source.password_in_clear",)
    assert not DataTable.objects.exists()


def test_a_database_address_must_be_a_url(hub: HubWorld, system: InformationSystem) -> None:
    source = database("host=db password=letmein")

    with pytest.raises(Refused) as refused:
        systems.register_table(hub.officer, system, "t1", "表", source, why=WHY)

    assert "source.address_not_url" in refused.value.codes


def test_the_named_password_is_filled_in_for_a_reading_only(
    hub: HubWorld, system: InformationSystem, hub_home: Path
) -> None:
    folder = hub_home / "secrets" / hub.units[2].code
    folder.mkdir(parents=True)
    (folder / "mzt").write_text("p@ss/word\n")
    source = database("postgresql://reader:secret:mzt@db:5433/x?connect_timeout=3")

    table = systems.register_table(hub.officer, system, "t1", "表", source, why=WHY)
    opened = secrets.unlocked(systems.source_of(table), hub.units[2])

    assert opened.location == "postgresql://reader:p%40ss%2Fword@db:5433/x?connect_timeout=3"
    assert "p@ss" not in table.source
    assert "reader" not in FactRow.objects.latest("number").content


def test_one_units_password_is_not_anothers(hub: HubWorld, hub_home: Path) -> None:
    folder = hub_home / "secrets" / hub.units[2].code
    folder.mkdir(parents=True)
    (folder / "mzt").write_text("word")

    with pytest.raises(Refused) as refused:
        secrets.unlocked(database("postgresql://r:secret:mzt@db/x"), hub.units[3])

    assert refused.value.codes == ("source.secret_missing",)


def test_files_outside_the_open_folders_are_no_sources(
    hub: HubWorld, system: InformationSystem, hub_home: Path
) -> None:
    link = hub_home / "sources" / "way-out"
    link.symlink_to(hub_home)

    for place in (hub_home / "hub.key", link / "hub.key", Path("/etc/passwd"), link / ".." / ".."):
        source = SourceSpec(kind=SourceKind.CSV, location=str(place))
        with pytest.raises(Refused) as refused:
            systems.register_table(hub.officer, system, "t1", "表", source, why=WHY)
        assert refused.value.codes == ("source.folder_closed",)


def test_a_node_is_refused_with_everything_wrong(hub: HubWorld) -> None:
    with pytest.raises(Refused) as refused:
        nodes.register(hub.officer, hub.units[2], "N", "ftp://a@b", "no key", why=WHY)

    assert set(refused.value.codes) == {
        "gather.name_wrong",
        "node.address_wrong",
        "key.text_wrong",
    }


def test_a_node_keeps_its_key(hub: HubWorld) -> None:
    node = nodes.register(
        hub.officer, hub.units[2], "civil-node", "http://127.0.0.1:1/", KEY, why=WHY
    )

    assert nodes.public_key(node).text == KEY
    assert node.address == "http://127.0.0.1:1"


def test_a_node_is_entered_under_the_name_in_its_key_only(hub: HubWorld) -> None:
    with pytest.raises(Refused) as refused:
        nodes.register(hub.officer, hub.units[2], "stats-node", "http://h:1", KEY, why=WHY)

    assert refused.value.codes == ("node.key_name_other",)
