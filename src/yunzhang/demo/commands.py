"""The command `yunzhang demo`: everything set up, one walk, then the servers stay."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
from pathlib import Path
from threading import Event

import django
from django.conf import settings
from django.core.management import call_command

from yunzhang.demo import screen
from yunzhang.demo.registers import write
from yunzhang.demo.servers import Servers, free_port
from yunzhang.demo.town import OFFICE, OFFICIALS
from yunzhang.packs import load
from yunzhang.protect.keys import SigningKey
from yunzhang.terms.faults import FaultKind, Refused, Text

MARK = "this-is-a-demo"
PACK = "guangxi-2022"  # the demonstration's departments are Guangxi's

FOLDER_FOREIGN = FaultKind(
    "demo.folder_foreign",
    409,
    Text(
        "文件夹 {folder} 不是演示留下的，不会清空。",
        "{folder} is not a demo's folder and is left alone.",
    ),
    Text("用 --folder 指定空文件夹。", "Name an empty folder with --folder."),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's options."""
    parser.add_argument("--once", action="store_true", help="end after the walk, with status 0")
    parser.add_argument(
        "--folder", type=Path, default=Path("home/demo"), help="made anew each time"
    )
    parser.add_argument("--port", type=int, default=0, help="the hub's port; a free one by default")
    parser.add_argument(
        "--pack",
        default=PACK,
        help="the pack in force: a shipped name or a folder; default %(default)s",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Walk the nine steps; then serve until interrupted, unless `--once`."""
    load(arguments.pack)  # one that is unknown or faulty is refused before a folder is cleared
    folder = _fresh(arguments.folder.resolve())
    port, password = arguments.port or free_port(), secrets.token_urlsafe(9)
    hub = f"http://127.0.0.1:{port}"
    os.environ.update(
        DJANGO_SETTINGS_MODULE="yunzhang.hub.settings",
        YUNZHANG_HOME=str(folder / "hub"),
        YUNZHANG_SOURCES=str(folder / "registers"),
        YUNZHANG_PACK=arguments.pack,
    )
    django.setup()
    with Servers(folder) as servers:
        _walk(folder, hub, port, password, servers)
        if not arguments.once:
            _stay(hub, password)
    screen.console.print("[green]演示结束。[/green] [dim]The walk is complete.[/dim]")
    return 0


def _walk(folder: Path, hub: str, port: int, password: str, servers: Servers) -> None:
    # Django's models can only be imported once it is set up.
    from yunzhang.demo import cage, flows, hub_steps, province
    from yunzhang.demo.node_steps import Nodes
    from yunzhang.demo.walk import walk
    from yunzhang.people.permissions import pack

    screen.step(0, "准备", "prepared")
    write(folder / "registers")
    screen.left("三个部门的真实名录已写成各自的库和文件")
    screen.left(f"政策包：{pack().zh}（{pack().id}）")
    # The year is played before the hub is up: its worker lives today.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    town = hub_steps.Town(folder)
    made = province.build(town, password)
    pid = servers.start("hub", ["hub", "up", "--port", str(port)], f"{hub}/sign-in")
    screen.left(f"枢纽 {hub}（进程 {pid}）")
    key = SigningKey.generate("health-api")
    key.save(folder / "health.key")
    nodes = Nodes(folder, hub, key)
    walk(town, nodes, servers)
    flows.flow(town, nodes, made)
    cage.fill(town, made)


def _stay(hub: str, password: str) -> None:
    """Print where to look and who to be, and wait for an interrupt."""
    from yunzhang.demo.province import HEAD
    from yunzhang.people.permissions import pack

    held, stop = pack(), Event()
    screen.console.print(
        f"\n总云长的一页 the chief's page: [bold]{hub}/[/bold]\n"
        f"一张图 the map: [bold]{hub}/map[/bold]\n"
        f"协同调度大屏 the command screen: [bold]{hub}/screen[/bold]\n"
        f"数据铁笼 the data cage: [bold]{hub}/cage[/bold]（登录名 as [bold]jiandu[/bold]）\n"
        f"用户名 user name: [bold]{HEAD}[/bold]  密码 password: [bold]{password}[/bold]\n"
    )
    rows = [
        (
            o.username,
            o.full_name,
            OFFICE[o.office].short_name,
            held.role(o.role).zh,
            held.role(o.role).en,
        )
        for o in OFFICIALS
    ]
    screen.table(
        "其他登录名，密码相同（每个岗位一个）", ("用户名", "姓名", "单位", "岗位", "role"), rows
    )
    screen.console.print("按 Ctrl-C 结束。Press Ctrl-C to stop.")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    stop.wait()


def _fresh(folder: Path) -> Path:
    """An empty folder; one that an earlier demo left is cleared, any other is refused."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise Refused(FOLDER_FOREIGN(folder=folder))
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    return folder
