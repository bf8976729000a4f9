"""Flows: after the walk, health commissions of cities ask for the townships and call for them."""

from __future__ import annotations

from yunzhang.demo import screen
from yunzhang.demo.hub_steps import Town
from yunzhang.demo.made import Province
from yunzhang.demo.node_steps import Nodes
from yunzhang.demo.servers import wait_for
from yunzhang.demo.tables import ASKED, BASIS, CODE, COLLISION, REGISTERS
from yunzhang.node.caller import Caller
from yunzhang.people.models import Unit
from yunzhang.protect.keys import SigningKey
from yunzhang.share import grants, keys, requests
from yunzhang.share.models import GrantRow
from yunzhang.terms.document import decode
from yunzhang.terms.entry import EntryDraft

WHY = "演示：部门间数据流动"
PURPOSE = "核对本市基层医疗卫生机构所在乡镇"
CITIES = 6  # that call; the others are still to ask


def flow(town: Town, nodes: Nodes, made: Province) -> None:
    """Each city asks one register, its provider agrees, and the city calls a few times."""
    granted = []
    for number, held in enumerate(list(made.cities.values())[:CITIES]):
        name, key = ASKED[number % len(ASKED)], SigningKey.generate(f"health-{number}")
        granted.append((name, key, _granted(town, made, held[made.health], name, key)))
    calls = 0
    for number, (name, key, row) in enumerate(granted):
        office = next(plan.office for plan in REGISTERS if plan.name == name)
        _await(nodes.address(office), 1 + sum(one == name for one, _, _ in granted))
        node_key = nodes.homes[office].key.public
        with Caller(nodes.address(office), key, grants.opened(row), node_key=node_key) as caller:
            for _ in range(2 + number * 2):
                caller.call(key={CODE: COLLISION})
                calls += 1
    screen.left(f"{CITIES} 个市的卫健委各取得一份授权，共调用 {calls} 次")


def _await(address: str, count: int) -> None:
    """The node holds as many grants."""
    wait_for(f"{address}/status", lambda status: status["grants"] >= count)


def _granted(town: Town, made: Province, unit: Unit, name: str, key: SigningKey) -> GrantRow:
    """A city's request, approved by its head, agreed to and signed."""
    officer, entry = made.at(unit), town.entries[name]
    caller = keys.register(officer, unit, key.name, key.public.text, why=WHY)
    request = requests.draft(
        officer,
        entry.resource,
        legal_basis=BASIS,
        scenario="基层医疗卫生机构年度登记",
        purpose=PURPOSE,
        items=[item.name for item in decode(entry.draft, EntryDraft).items],
        delivery="service_api",
        duration_days=180,
        key=caller,
        why=WHY,
    )
    request = requests.ask_approval(officer, request, why=WHY)
    request = requests.apply(made.at(unit, head=True), request, why=WHY)
    plan = next(plan for plan in REGISTERS if plan.name == name)
    provider = town.officer(plan.office, "sharing_body_head")
    agreed = requests.agree(provider, request, "同意按申请范围共享。", why=WHY)
    return grants.issue(provider, agreed, why=WHY)
