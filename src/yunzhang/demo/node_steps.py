"""Steps 5 to 7 at the nodes: load the tables, call them, and prove every call with files alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from yunzhang.demo import screen
from yunzhang.demo.hub_steps import Town, spec
from yunzhang.demo.servers import Servers, fetch, free_port, wait_for
from yunzhang.demo.tables import ASKED, CODE, COLLISION, NAME, REGISTERS, Register
from yunzhang.demo.town import OFFICE
from yunzhang.node.caller import Answer, Caller
from yunzhang.node.commands import load
from yunzhang.node.home import Home, init
from yunzhang.node.store import Plan
from yunzhang.protect.keys import SigningKey
from yunzhang.share import grants
from yunzhang.terms.codes import Operator
from yunzhang.terms.document import decode
from yunzhang.terms.entry import EntryDraft
from yunzhang.terms.faults import Refused
from yunzhang.terms.grant import Condition, Party

OFFICES_WITH_NODES = ("civil", "stats")
GUANGXI = "45"


@dataclass
class Nodes:
    """The two nodes: their folders, and the answers Health got from them."""

    folder: Path
    hub: str
    key: SigningKey
    homes: dict[str, Home] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)

    def address(self, office: str) -> str:
        settings = self.homes[office].settings
        return f"http://{settings.listen_host}:{settings.listen_port}"


def prepare(nodes: Nodes, hub_key: str) -> dict[str, tuple[str, str]]:
    """Make each node's folder; its address and key, for the hub's register."""
    for office in OFFICES_WITH_NODES:
        nodes.homes[office] = init(
            nodes.folder / f"node-{office}",
            name=f"{office}-node",
            unit=Party(code=OFFICE[office].code, name=OFFICE[office].name),
            hub=nodes.hub,
            hub_key=hub_key,
            port=free_port(),
            poll_seconds=1,
        )
    return {name: (nodes.address(name), home.key.public.text) for name, home in nodes.homes.items()}


def load_tables(town: Town, nodes: Nodes) -> None:
    """Each node takes in its department's tables, straight from the live source."""
    for plan in REGISTERS:
        home = nodes.homes.get(plan.office)
        if home is None:
            continue
        with screen.progress(f"节点装载 {plan.title}") as report:
            loaded = load(
                home.folder, _plan(town, plan), spec(town.folder, plan), partial(_rows, report)
            )
        screen.left(
            f"{home.name} 载入 {plan.name}：{loaded.about.rows:,} 行，版本 {loaded.version}"
        )


def _rows(report: Callable[[int, float | None], None], rows: int) -> None:
    report(rows, None)


def _plan(town: Town, register: Register) -> Plan:
    items = decode(town.entries[register.name].draft, EntryDraft).items
    return Plan(
        table=register.name,
        items={item.name: item.column for item in items},
        key_items=tuple(item.name for item in items if item.key),
        filter_items=tuple(item.name for item in items if item.filterable),
    )


def start(nodes: Nodes, servers: Servers) -> None:
    """Start both node processes and wait until each answers."""
    for office, home in nodes.homes.items():
        address = nodes.address(office)
        pid = servers.start(home.name, ["node", "up", str(home.folder)], f"{address}/status")
        screen.left(f"{home.name} {address}（进程 {pid}）")


def await_grants(nodes: Nodes) -> None:
    """Wait until each node holds the grant it is to answer under."""
    for office in nodes.homes:
        wait_for(f"{nodes.address(office)}/status", lambda status: status["grants"] >= 1)
        screen.left(f"{office}-node 已取得授权")


def call(town: Town, nodes: Nodes) -> None:
    """Step 6: by key, then by filter, page by page; then what was not granted."""
    found = {}
    for name in ASKED:
        with _caller(town, nodes, name) as caller:
            one = caller.call(key={CODE: COLLISION})
            region = (Condition(item=CODE, op=Operator.PREFIX, values=(GUANGXI,)),)
            pages = list(caller.pages(filter=region))
            nodes.answers[name] = [one, *pages]
            found[name] = {row[CODE]: row[NAME] for page in pages for row in page.records}
            rows = sum(len(page.rows) for page in pages)
            screen.left(
                f"{name}:{COLLISION} = {one.records[0][NAME]}；广西 {rows:,} 行，{len(pages)} 页"
            )
            screen.left(f"越权调用被拒：{_refused(caller)}")
    _collide(found)


def _caller(town: Town, nodes: Nodes, name: str) -> Caller:
    row = town.grants[name]
    office = next(plan.office for plan in REGISTERS if plan.name == name)
    return Caller(
        nodes.address(office),
        nodes.key,
        grants.opened(row),
        node_key=nodes.homes[office].key.public,
    )


def _refused(caller: Caller) -> str:
    try:
        caller.call(key={CODE: COLLISION}, purpose="商业营销")
    except Refused as refused:
        return refused.faults[0].sentence()
    raise AssertionError("a call for another purpose was answered")


def _collide(found: Mapping[str, Mapping[str | None, str | None]]) -> None:
    left, right = (found[name] for name in ASKED)
    both = left.keys() & right.keys()
    differ = sum(left[code] != right[code] for code in both)
    screen.warn(
        f"若按九位代码关联：广西 {len(both):,} 个相同代码中 {differ:,} 个指不同乡镇"
        f"({COLLISION}:{left[COLLISION]} / {right[COLLISION]})"
    )


def prove(nodes: Nodes) -> None:
    """Step 7: each node's last receipt and whole log, checked by the stand-alone verifier."""
    for office, name in zip(OFFICES_WITH_NODES, ASKED, strict=True):
        answer, home = nodes.answers[name][0], nodes.homes[office]
        files = nodes.folder / f"evidence-{office}"
        files.mkdir(exist_ok=True)
        (files / "receipt.json").write_text(answer.receipt_text, encoding="utf-8")
        proof = fetch(f"{nodes.address(office)}/log/proof/{answer.index}")
        (files / "receipt.proof").write_text(proof, encoding="utf-8")
        key = home.key.public.text
        _verify("receipt", files / "receipt.json", files / "receipt.proof", "--key", key)
        verify_log(home.log / "public", key)


def verify_log(folder: Path, key: str) -> None:
    """A whole log against its signed checkpoint."""
    _verify("log", folder, "--key", key)


def _verify(*arguments: str | Path) -> None:
    # A process of its own, with nothing but the files: what an outsider would run.
    command = [sys.executable, "-m", "yunzhang.cli", "verify", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env={}, check=False)
    lines = (done.stdout + done.stderr).strip().splitlines()
    if done.returncode:
        raise AssertionError("\n".join(lines))
    screen.left(f"yunzhang verify {arguments[0]} {Path(arguments[1]).name}:{lines[-2]} {lines[-1]}")
