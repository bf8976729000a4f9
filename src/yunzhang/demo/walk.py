"""The walk: nine steps in order, each with what it left behind."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from yunzhang.demo import hub_steps, node_steps, screen
from yunzhang.demo.hub_steps import Town
from yunzhang.demo.node_steps import Nodes
from yunzhang.demo.servers import Servers, wait_until
from yunzhang.people.hub_key import hub_key
from yunzhang.use import usage
from yunzhang.use.models import NodeLog


def walk(town: Town, nodes: Nodes, servers: Servers) -> None:
    """One table's whole life, told in order."""
    screen.step(1, "登记", "registered")
    hub_steps.register(town, node_steps.prepare(nodes, hub_key().public.text))

    screen.step(2, "归集、编目、审核、发布", "gathered, catalogued, reviewed, published")
    hub_steps.catalogue(town)

    screen.step(3, "检查", "checked")
    hub_steps.check(town)

    screen.step(4, "申请", "asked for")
    hub_steps.ask(town, nodes.key.public.text)

    screen.step(5, "答复、授权", "replied, granted")
    hub_steps.grant(town)
    node_steps.load_tables(town, nodes)
    node_steps.start(nodes, servers)
    node_steps.await_grants(nodes)

    screen.step(6, "调用", "called")
    node_steps.call(town, nodes)

    screen.step(7, "存证、核验", "logged, verified")
    node_steps.prove(nodes)

    screen.step(8, "计量", "measured")
    measure(nodes)

    screen.step(9, "评分", "scored")
    hub_steps.score(town)
    hub_steps.leave_work(town)
    prove_hub(Path(settings.LEDGER))


def measure(nodes: Nodes) -> None:
    """Step 8: the hub has taken in every receipt, and counts by unit, purpose and scenario."""
    told = {name: _told(nodes, name) for name in nodes.answers}
    wait_until(lambda: _taken() >= sum(told.values()), "receipts")
    for dimension in ("consumer", "purpose", "scenario"):
        rows = [
            (count.name, f"{count.answered:,}", count.refused, f"{count.rows:,}")
            for count in usage.by(dimension)
        ]
        screen.table(dimension, ("", "应答", "拒绝", "行"), rows)


def _told(nodes: Nodes, name: str) -> int:
    # Answers, and the one refusal that each register's walk provoked.
    return len(nodes.answers[name]) + 1


def _taken() -> int:
    return sum(NodeLog.objects.values_list("size", flat=True))


def prove_hub(log: Path) -> None:
    """The hub's own log of facts, checked as a node's is."""
    wait_until((log / "public" / "checkpoint").exists, "hub log")
    node_steps.verify_log(log / "public", hub_key().public.text)
