"""Nodes: the data planes beside units' data, each known by its key."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from yunzhang.gather.models import Node
from yunzhang.people.act import act
from yunzhang.people.models import Unit
from yunzhang.people.permissions import Actor
from yunzhang.people.widths import too_long
from yunzhang.protect.keys import PublicKey
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if
from yunzhang.terms.identifiers import NAME

NAME_WRONG = FaultKind(
    "gather.name_wrong",
    422,
    Text(
        "名称“{name}”只能用 2 至 60 个小写字母、数字、连字符和下划线。",
        "{name} must be 2 to 60 lower-case letters, digits, hyphens or underscores.",
    ),
    Text("换一个名称，例如 nbs-townships。", "Choose another name, such as nbs-townships."),
)
NAME_TAKEN = FaultKind(
    "gather.name_taken",
    409,
    Text("名称“{name}”已被使用。", "The name {name} is taken."),
    Text("换一个名称。", "Choose another name."),
)
ADDRESS_WRONG = FaultKind(
    "node.address_wrong",
    422,
    Text("“{address}”不是节点地址。", "{address} is not the address of a node."),
    Text(
        "填写 http:// 或 https:// 开头、不带账号的地址。",
        "Give an http:// or https:// address without an account.",
    ),
)
KEY_NAME_OTHER = FaultKind(
    "node.key_name_other",
    422,
    Text("密钥属于节点“{key}”，不是“{name}”。", "The key is of the node {key}, not of {name}."),
    Text("填写该节点自己的名称和密钥。", "Give the node's own name and key."),
)


def register(actor: Actor, unit: Unit, name: str, address: str, key: str, *, why: str) -> Node:
    """Enter a unit's node; `key` is its verifier key text. Raises Refused with all faults."""
    node = Node(unit=unit, name=name, address=address.rstrip("/"), key=key.strip())
    with act(actor, Deed.NODE_REGISTERED, f"node:{name}", unit=unit, why=why) as deeds:
        refuse_if(_faults(node))
        node.save()
        deeds.content.update(address=node.address, key=node.key)
    return node


def public_key(node: Node) -> PublicKey:
    """The key that the node's receipts and checkpoints must be signed with."""
    return PublicKey.parse(node.key)


def name_faults(name: str, *, taken: bool) -> Iterator[Fault]:
    """What keeps a node or table from being called `name`."""
    if not NAME.fullmatch(name):
        yield NAME_WRONG(name=name)
    if taken:
        yield NAME_TAKEN(name=name)


def _reachable(address: str) -> bool:
    try:
        url = urlsplit(address)
        return url.scheme in {"http", "https"} and bool(url.hostname) and "@" not in url.netloc
    except ValueError:  # such as a bracket that is never closed
        return False


def _faults(node: Node) -> Iterator[Fault]:
    yield from name_faults(node.name, taken=Node.objects.filter(name=node.name).exists())
    yield from too_long(node, "address", "key")
    if not _reachable(node.address):
        yield ADDRESS_WRONG(address=node.address)
    try:
        key = public_key(node)
    except Refused as refused:
        yield from refused.faults
    else:
        # A node signs its log and asks for its grants under the name in its key.
        if key.name != node.name:
            yield KEY_NAME_OTHER(name=node.name, key=key.name)
