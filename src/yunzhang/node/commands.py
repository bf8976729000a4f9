"""The node's commands: `yunzhang node init | load | up | status`, and `yunzhang call`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yunzhang import packs
from yunzhang.node import store
from yunzhang.node.caller import Caller
from yunzhang.node.grantbook import Grantbook
from yunzhang.node.home import Home, init, open_home
from yunzhang.node.serve import serve
from yunzhang.node.transport import Line
from yunzhang.protect.keys import PublicKey, SigningKey
from yunzhang.terms.codes import Operator
from yunzhang.terms.document import build, decode, encode
from yunzhang.terms.grant import Condition, Grant, Mask, Party
from yunzhang.terms.signed import Signed

if TYPE_CHECKING:
    from yunzhang.engines.readings import SourceSpec


def add_node_arguments(parser: argparse.ArgumentParser) -> None:
    """Mount `init`, `load`, `up` and `status` on the parser of `yunzhang node`."""
    parts = parser.add_subparsers(required=True, metavar="init|load|up|status")
    _add_init(parts)
    _add_load(parts)
    up = parts.add_parser("up", help="启动节点 serve the node until it is stopped")
    up.add_argument("home", type=Path)
    up.set_defaults(run=lambda arguments: run_up(arguments.home))
    status = parts.add_parser("status", help="查看节点状态 show a running node's state")
    status.add_argument("address", help="http://127.0.0.1:8101")
    status.set_defaults(run=lambda arguments: run_status(arguments.address))


def add_call_arguments(parser: argparse.ArgumentParser) -> None:
    """Mount `yunzhang call`."""
    parser.add_argument("address", help="节点地址 http://127.0.0.1:8101")
    parser.add_argument("--node-key", required=True, help="节点公钥 verifier key of the node")
    parser.add_argument("--key", type=Path, required=True, help="本单位密钥文件 the consumer's key")
    parser.add_argument("--grant", type=Path, required=True, help="授权文件 the signed grant")
    parser.add_argument("--item", action="append", help="信息项，默认全部 item; all by default")
    parser.add_argument(
        "--by", action="append", default=[], metavar="项=值", help="按主键 by key: item=value"
    )
    parser.add_argument(
        "--where",
        action="append",
        type=_condition,
        default=[],
        metavar="项:eq|prefix|ge|le:值",
        help="按条件 by filter: item:op:value",
    )
    parser.add_argument("--rows", type=int, help="每页行数 rows a page")
    parser.set_defaults(run=run_call)


def run_up(home: Path) -> int:
    """Serve until SIGTERM; gives the exit status."""
    opened = open_home(home)
    settings = opened.settings
    print(f"节点 {settings.name} http://{settings.listen_host}:{settings.listen_port}", flush=True)
    serve(opened)
    return 0


def run_status(address: str) -> int:
    """Print what the node says of itself."""
    line = Line.open(address, packs.read("national").limit("node.hub_seconds"))
    print(line.get("/status").decode())
    return 0


def run_call(arguments: argparse.Namespace) -> int:
    """Call a node and print each page's rows and receipt as a line of JSON."""
    grant = decode(bytes(decode(arguments.grant.read_bytes(), Signed).body), Grant)
    node_key = PublicKey.parse(arguments.node_key)
    asked = _asked(arguments)
    items = tuple(arguments.item) if arguments.item else None
    key = SigningKey.load(arguments.key)
    with Caller(arguments.address, key, grant, node_key=node_key) as caller:
        for answer in caller.pages(items, rows=arguments.rows, **asked):
            told = {
                "rows": answer.records,
                "index": answer.index,
                "log": answer.log,
                "receipt": answer.receipt,
                "salt": answer.salt,
                "head": answer.head,
            }
            print(encode(told).decode())
    return 0


def load(
    home: Path,
    plan: store.Plan,
    source: SourceSpec,
    progress: store.Progress = lambda _rows: None,
) -> store.Table:
    """Gather a table from its source into the node's serving copy; raises Refused."""
    # pyarrow is heavy, and a serving node never needs it.
    from yunzhang.engines import sources

    opened = open_home(home)
    reading = sources.read(source, packs.read("national").limit("engines.batch_rows"))
    return store.build(
        opened.store,
        plan,
        [column.name for column in reading.columns],
        (store.batch_rows(batch) for batch in reading.batches),
        shown=_shown(opened, plan.table),
        rejected=lambda: reading.faults.counts,
        progress=progress,
    )


def _shown(home: Home, table: str) -> list[list[Mask]]:
    """The rows that the grants held here show of this table, all their items in order."""
    grants = Grantbook.open(home.folder, home.name, home.hub_key).grants
    return [_in_order(grant) for grant in grants if grant.table == table]


def _in_order(grant: Grant) -> list[Mask]:
    masks = {mask.item: mask for mask in grant.masks}
    return [masks[item] for item in grant.items]


def _add_init(parts: Any) -> None:
    parser = parts.add_parser("init", help="新建节点文件夹 make a node's folder and key")
    parser.add_argument("home", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--unit-code", required=True, help="统一社会信用代码 credit code")
    parser.add_argument("--unit-name", required=True)
    parser.add_argument("--hub", default="", help="枢纽地址 address of the hub")
    parser.add_argument("--hub-key", required=True, help="枢纽公钥 verifier key of the hub")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.set_defaults(run=_run_init)


def _run_init(arguments: argparse.Namespace) -> int:
    home = init(
        arguments.home,
        name=arguments.name,
        hub=arguments.hub,
        hub_key=arguments.hub_key,
        unit=Party(code=arguments.unit_code, name=arguments.unit_name),
        host=arguments.host,
        port=arguments.port,
    )
    print(home.key.public.text)
    return 0


def _add_load(parts: Any) -> None:
    parser = parts.add_parser("load", help="装载一张表 load a table into the node")
    parser.add_argument("home", type=Path)
    parser.add_argument("table", help="节点上的表名 the table's name on the node")
    parser.add_argument("--kind", required=True, help="csv, excel, parquet, json, sqlite …")
    parser.add_argument("--location", required=True)
    parser.add_argument("--source-table", default="")
    parser.add_argument(
        "--item",
        action="append",
        required=True,
        metavar="项=列",
        help="信息项与列 item=column, in order",
    )
    parser.add_argument("--key", action="append", default=[], help="主键项 key item")
    parser.add_argument("--filter", action="append", default=[], help="筛选项 filterable item")
    parser.set_defaults(run=_run_load)


def _run_load(arguments: argparse.Namespace) -> int:
    plan = store.Plan(
        table=arguments.table,
        items=dict(_pair(text) for text in arguments.item),
        key_items=tuple(arguments.key),
        filter_items=tuple(arguments.filter),
    )
    source = _source(arguments)
    table = load(arguments.home, plan, source, _show_progress)
    print(
        f"\r{table.about.rows} 行 rows, 版本 version {table.version}, "
        f"剔除 rejected {table.about.rejected or 0}"
    )
    return 0


def _source(arguments: argparse.Namespace) -> SourceSpec:
    from yunzhang.engines.readings import SourceSpec

    told = {"kind": arguments.kind, "location": arguments.location, "table": arguments.source_table}
    return build(told, SourceSpec)


def _show_progress(rows: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{rows} 行 rows", end="", file=sys.stderr, flush=True)


def _asked(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.by:
        return {"key": dict(_pair(text) for text in arguments.by)}
    return {"filter": tuple(arguments.where)}


def _condition(text: str) -> Condition:
    """item:op:value; a ValueError here is told by argparse, with the option's name."""
    item, op, value = text.split(":", 2)
    return Condition(item=item, op=Operator(op), values=(value,))


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value or name
