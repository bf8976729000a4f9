"""The tour: one table's whole life, from registered to scored, with a real hub and a real node."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx
import pytest
from django.conf import settings

from tests.hub_world import FOUNDED_ON, PASSWORD, WHY, assessed, credit_code, hub_home
from yunzhang import clock
from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.gather import catalog, drift, harvest, nodes, quality, systems
from yunzhang.gather.models import EntryVersion
from yunzhang.hub.score_source import HubSource
from yunzhang.node import commands, home
from yunzhang.node.caller import Caller
from yunzhang.node.store import Plan
from yunzhang.oversee import indicators
from yunzhang.oversee.scoring import scores
from yunzhang.people import clocks, facts, founding
from yunzhang.people.hub_key import hub_key
from yunzhang.people.permissions import actor_of
from yunzhang.protect.keys import SigningKey
from yunzhang.protect.ledger import Ledger
from yunzhang.protect.replay import replayed
from yunzhang.protect.verify import judged, verify_log, verify_receipt
from yunzhang.share import grants, keys, requests
from yunzhang.terms.codes import Operator
from yunzhang.terms.document import decode, replace
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.faults import Refused
from yunzhang.terms.grant import Condition, Party
from yunzhang.use import usage
from yunzhang.use.models import NodeLog

__all__ = ["hub_home"]
pytestmark = pytest.mark.django_db(transaction=True)

BUREAU, CIVIL, HEALTH = (
    founding.NewUnit(credit_code(1), "大数据发展局", "数据局", "province", "", is_authority=True),
    founding.NewUnit(credit_code(2), "民政厅", "民政", "province"),
    founding.NewUnit(credit_code(3), "卫生健康委员会", "卫健", "province"),
)
PEOPLE = {
    "reviewer": (BUREAU, "sharing_authority"),
    "provider": (CIVIL, "provider_officer"),
    "provider_head": (CIVIL, "sharing_body_head"),
    "consumer": (HEALTH, "consumer_officer"),
    "consumer_head": (HEALTH, "sharing_body_head"),
}
# 120 clinics of four counties: a code with leading zeros, a name, a keeper's phone.
CLINICS = [
    (f"0{county}{number:03d}", f"第{number}卫生室", f"138{county}{number:04d}", f"45{county}")
    for county in ("0102", "0202", "1024", "1081")
    for number in range(30)
]


def test_one_table_is_registered_catalogued_asked_for_called_proven_and_scored(
    live_server, hub_home: Path
):
    today = clock.today()
    made = founding.found(
        (BUREAU, CIVIL, HEALTH),
        [
            founding.NewPerson(name, f"{name} 某", PASSWORD, ((unit.code, role),))
            for name, (unit, role) in PEOPLE.items()
        ],
        FOUNDED_ON,
    )
    people = {name: actor_of(person, today) for name, person in made.persons.items()}
    civil, health = made.units[CIVIL.code], made.units[HEALTH.code]

    # 1 Registered: a system, a live table in it, and the node beside it.
    node_home = home.init(
        hub_home / "node",
        name="civil-node",
        unit=Party(code=CIVIL.code, name=CIVIL.name),
        hub=live_server.url,
        hub_key=hub_key().public.text,
        port=free_port(),
        poll_seconds=1,
    )
    address = f"http://127.0.0.1:{node_home.settings.listen_port}"
    node = nodes.register(
        people["provider"], civil, "civil-node", address, node_home.key.public.text, why=WHY
    )
    system = systems.register(people["provider"], civil, "基层机构管理系统", "", why=WHY)
    source = clinics_source()
    table = systems.register_table(
        people["provider"], system, "clinics", "村卫生室名录", source, node, why=WHY
    )

    # 2 Profiled and catalogued: drafted from what is there, assessed, approved, reviewed, signed.
    table = harvest.gather(people["provider"], table, why=WHY)
    version = catalog.draft(people["provider"], table, why=WHY)
    version = catalog.edit(people["provider"], version, completed(version), why=WHY)
    version = assessed(people["provider"], people["provider_head"], version)
    version = catalog.submit(people["provider"], version, why=WHY)
    version = catalog.approve(people["provider_head"], version, why=WHY)
    version = catalog.publish(people["reviewer"], version, why=WHY)
    entry = catalog.published(version.resource)
    assert [item.column for item in entry.draft.items] == ["code", "name", "phone", "county"]
    assert entry.items["phone"].kind == "phone"

    # 3 Checked: the suggested checks pass, and the catalog says what the table holds.
    quality.set_checks(people["provider"], table, quality.suggest(table), why=WHY)
    assert quality.run(people["provider"], table, why=WHY).passed
    assert drift.check(people["provider"], version.resource, why=WHY) == []

    # 4 Asked for: the consumer's head approves, and the clock of Art. 21 runs.
    key = SigningKey.generate("health-api")
    request = requests.draft(
        people["consumer"],
        version.resource,
        legal_basis="《传染病防治法》",
        scenario="村卫生室核对",
        purpose="传染病防控",
        items=["code", "name", "phone", "county"],
        rows=[Condition(item="county", op=Operator.IN, values=("450102", "451024"))],
        delivery="service_api",
        duration_days=90,
        key=keys.register(people["consumer"], health, "health-api", key.public.text, why=WHY),
        why=WHY,
    )
    request = requests.ask_approval(people["consumer"], request, why=WHY)
    request = requests.apply(people["consumer_head"], request, why=WHY)
    reply_by = clocks.running(civil).get(subject=requests.subject_of(request))
    assert (reply_by.rule, reply_by.clause) == ("C4", "第二十一条")

    # 5 Granted: agreed by the provider's head, signed by the hub, fetched by the node.
    request = requests.agree(people["provider_head"], request, "同意。", why=WHY)
    row = grants.issue(people["provider_head"], request, why=WHY)
    plan = Plan(
        table="clinics",
        items={item.name: item.column for item in entry.draft.items},
        key_items=("code",),
        filter_items=("county", "code"),
    )
    commands.load(node_home.folder, plan, source)
    with (
        node_process(node_home),
        Caller(address, key, grants.opened(row), node_key=node_home.key.public) as caller,
    ):
        wait_until(lambda: httpx.get(f"{address}/status").json()["grants"] == 1)

        # 6 Called: by key, then every granted row page by page; nothing beyond the grant.
        one = caller.call(key={"code": "01024007"})
        pages = list(caller.pages(filter=(), rows=25))
        with pytest.raises(Refused) as refused:
            caller.call(key={"code": "01024007"}, purpose="marketing")
        assert one.records[0]["name"] == "第7卫生室"
        assert one.records[0]["phone"] != "13810240007"
        rows = [record for page in pages for record in page.records]
        assert [row["code"] for row in rows] == [
            c[0] for c in CLINICS if c[3] in ("450102", "451024")
        ]
        assert caller.call(key={"code": "00202003"}).rows == []
        assert "purpose.other" in refused.value.codes

        # 7 Logged: an outsider proves the answer from files alone.
        proof = httpx.get(f"{address}/log/proof/{one.index}").text
        vkey = node_home.key.public.text
        assert verify_receipt(one.receipt_text.encode(), proof, vkey).ok
        calls = 1 + len(pages) + 1 + 1

        # 8 Measured: the hub takes in every receipt, answered or refused, once.
        wait_until(lambda: NodeLog.objects.filter(node=node, size=calls).exists())
        [tally] = usage.by("consumer")
        assert (tally.name, tally.answered, tally.refused) == (HEALTH.name, calls - 1, 1)
    assert verify_log(node_home.log / "public", vkey).ok

    # 9 Scored: five figures, each opening to its rows, and the hub's own log proves the deeds.
    figures = {figure.indicator: figure for figure in indicators.figures(civil, today)}
    assert (figures["catalog_coverage"].hits, figures["catalog_coverage"].of) == (1, 1)
    assert figures["clock_punctuality"].percent == 100
    frozen = {s.unit_id: s for s in scores.freeze(people["reviewer"], "试评", today, why=WHY)}
    assert frozen[civil.pk].total == 100
    with Ledger.open(settings.LEDGER, hub_key()) as ledger:
        facts.drain(ledger)
        ledger.publish()
    assert verify_log(settings.LEDGER / "public", hub_key().public.text).ok
    # And whoever has the log counts the score again: every record it gives, and no other.
    assert judged(replayed(HubSource(), "试评")).wrong is None


def clinics_source() -> SourceSpec:
    """A folder of CSV, as the department keeps it."""
    folder = settings.SOURCES[0] / "civil"
    folder.mkdir()
    lines = ["code,name,phone,county", *(",".join(clinic) for clinic in CLINICS)]
    (folder / "clinics.csv").write_text("\n".join(lines) + "\n", encoding="gb18030")
    return SourceSpec(kind=SourceKind.CSV, location=str(folder), table="clinics.csv")


def completed(version: EntryVersion) -> EntryDraft:
    """The draft with what only the officer knows."""
    draft = decode(version.draft, EntryDraft)
    items = tuple(
        replace(item, key=item.column == "code", filterable=item.column in ("code", "county"))
        for item in draft.items
    )
    return replace(
        draft,
        abstract="全区村卫生室的编码、名称、联系电话和所在县。",
        share_type="2",
        share_condition="用于公共卫生,限本行政区域。",
        open_type="0",
        update_cycle="month",
        items=items,
    )


@contextmanager
def node_process(at: home.Home) -> Iterator[None]:
    """The node as a process of its own, stopped by its own id."""
    process = subprocess.Popen(
        [sys.executable, "-m", "yunzhang.cli", "node", "up", str(at.folder)], env=dict(os.environ)
    )
    address = f"http://127.0.0.1:{at.settings.listen_port}/status"
    try:
        wait_until(lambda: answers(address))
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.TransportError:
        return False


def wait_until(ready: Callable[[], bool], seconds: float = 30) -> None:
    """Look again and again until it is so; fail when it takes too long."""
    tick, deadline = Event(), clock.monotonic() + seconds
    while not ready():
        assert clock.monotonic() < deadline, "it did not come about in time"
        tick.wait(0.05)


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
