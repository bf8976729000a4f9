"""A small world for the hub's tests: three units, their people, one published entry, one node."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from yunzhang import clock
from yunzhang.gather.models import DataTable, EntryVersion, InformationSystem, Node, Resource
from yunzhang.people.hub_key import sign
from yunzhang.people.models import Person, Post, Unit
from yunzhang.people.permissions import Actor, actor_of
from yunzhang.protect.keys import SigningKey
from yunzhang.share import grants, keys, requests
from yunzhang.share.models import CallerKey, GrantRow, ShareRequest
from yunzhang.terms.codes import ItemType, ShareType
from yunzhang.terms.document import encode
from yunzhang.terms.entry import KIND, DataItem, Entry, EntryDraft
from yunzhang.terms.grant import Condition
from yunzhang.terms.identifiers import credit_check
from yunzhang.terms.levels import Grade

WHY = "按职责办理"
ITEMS = (
    DataItem(
        name="区划代码",
        column="code",
        type=ItemType.CHARACTER,
        length=9,
        key=True,
        filterable=True,
    ),
    DataItem(name="区划名称", column="name", type=ItemType.CHARACTER, length=50, filterable=True),
    DataItem(
        name="联系电话",
        column="phone",
        type=ItemType.CHARACTER,
        length=11,
        grade=Grade.GENERAL_2,
        kind="phone",
    ),
)


def credit_code(number: int) -> str:
    """A valid credit code made of a number."""
    stem = f"11450000MB{number:07d}"
    return stem + credit_check(stem)


@dataclass
class World:
    """Who there is, and short ways to get a request or a grant."""

    authority: Unit
    provider: Unit
    consumer: Unit
    reviewer: Actor
    provider_officer: Actor
    provider_head: Actor
    consumer_officer: Actor
    consumer_head: Actor
    node: Node
    node_key: SigningKey
    table: DataTable
    resource: Resource
    key: CallerKey

    def wish(self, **changes: Any) -> dict[str, Any]:
        """What the consumer asks for."""
        return {
            "legal_basis": "《基本医疗卫生与健康促进法》第二十条",
            "scenario": "传染病流调",
            "purpose": "核对病例所在乡镇",
            "items": ("区划代码", "区划名称"),
            "delivery": "service_api",
            "duration_days": 90,
            "key": self.key,
            "why": WHY,
            **changes,
        }

    def drafted(self, **changes: Any) -> ShareRequest:
        return requests.draft(self.consumer_officer, self.resource, **self.wish(**changes))

    def applied(self, **changes: Any) -> ShareRequest:
        request = self.drafted(**changes)
        requests.ask_approval(self.consumer_officer, request, why=WHY)
        return requests.apply(self.consumer_head, request, why=WHY)

    def agreed(self, **changes: Any) -> ShareRequest:
        return requests.agree(self.provider_head, self.applied(**changes), "同意", why=WHY)

    def granted(self, **changes: Any) -> GrantRow:
        return grants.issue(self.provider_head, self.agreed(**changes), why=WHY)


def unit(number: int, name: str, *, is_authority: bool = False) -> Unit:
    return Unit.objects.create(
        code=credit_code(number), name=name, short_name=name, is_authority=is_authority
    )


def person(name: str, *posts: tuple[Unit, str]) -> Actor:
    row = Person.objects.create_user(username=name, full_name=name)
    for where, role in posts:
        Post.objects.create(person=row, unit=where, role=role, from_date=date(2025, 1, 1))
    return actor_of(row, clock.today())


def publish(
    resource: Resource, drafter: Actor, share_type: ShareType, items: tuple[DataItem, ...] = ITEMS
) -> EntryVersion:
    """Publish a new version of a resource's entry, as a reviewer would."""
    resource.versions.filter(state="published").update(state="superseded")
    number = resource.versions.count() + 1
    draft = EntryDraft(
        title="乡镇区划代码",
        share_type=share_type,
        share_condition="限疫情防控" if share_type == ShareType.CONDITIONAL else "《某法》第九条",
        items=items,
    )
    entry = Entry(
        resource_code=resource.code,
        version=number,
        published_on=clock.today(),
        draft=draft,
        grade=Grade.GENERAL_2,
        table=resource.table.name if resource.table else "",
        node=resource.table.node.name if resource.table and resource.table.node else "",
    )
    assert drafter.person
    return EntryVersion.objects.create(
        resource=resource,
        number=number,
        state="published",
        draft=encode(draft).decode(),
        title=draft.title,
        share_type=share_type,
        drafted_by=drafter.person,
        published_on=clock.today(),
        signed=sign(KIND, entry),
    )


def build() -> World:
    """Make the world; needs the database and the hub's key."""
    authority = unit(1, "大数据局", is_authority=True)
    provider, consumer = unit(2, "民政厅"), unit(3, "卫健委")
    officer = person("zhao", (provider, "provider_officer"))
    consumer_officer = person("qian", (consumer, "consumer_officer"))
    node_key = SigningKey.generate("mca-1.node.local")
    node = Node.objects.create(
        name="mca-1", unit=provider, address="http://127.0.0.1:9001", key=node_key.public.text
    )
    system = InformationSystem.objects.create(unit=provider, name="区划管理系统")
    table = DataTable.objects.create(
        system=system, name="townships", title="乡镇", source="{}", node=node
    )
    resource = Resource.objects.create(code="307001/000001", unit=provider, table=table)
    publish(resource, officer, ShareType.CONDITIONAL)
    caller = SigningKey.generate("health.caller.local").public.text
    return World(
        authority=authority,
        provider=provider,
        consumer=consumer,
        reviewer=person("sun", (authority, "sharing_authority")),
        provider_officer=officer,
        provider_head=person("li", (provider, "sharing_body_head")),
        consumer_officer=consumer_officer,
        consumer_head=person("zhou", (consumer, "sharing_body_head")),
        node=node,
        node_key=node_key,
        table=table,
        resource=resource,
        key=keys.register(consumer_officer, consumer, "流调系统", caller, why=WHY),
    )


def condition(item: str, op: str, *values: str) -> Condition:
    return Condition(item=item, op=op, values=values)  # type: ignore[arg-type]
