"""A node's home: the folder with its settings, its key, its grants, its tables and its log.

home/
  node.toml     the settings below             key          the node's signing key (0600)
  hub.key       the hub's verifier key         grants/      signed grants, as received
  revocations   the signed list, as received   store/       serving copies, one per table
  log/          the ledger of receipts         salts/       one key a day, erasable
  mask.key      key of the hash masks          incidents.log  unknown failures, local only
"""

from __future__ import annotations

import json
import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from yunzhang import packs
from yunzhang.protect.keys import PublicKey, SigningKey
from yunzhang.terms.document import Document, build
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.grant import Party
from yunzhang.terms.identifiers import NAME

HOME_MISSING = FaultKind(
    "home.missing",
    404,
    Text("{folder} 不是节点文件夹：{reason}", "{folder} is not a node's folder: {reason}"),
    Text("先运行 yunzhang node init。", "Run yunzhang node init first."),
)
HOME_MALFORMED = FaultKind(
    "home.malformed",
    422,
    Text("{folder}/node.toml 有误：{reason}", "{folder}/node.toml is wrong: {reason}"),
    Text("改正该项设置后重新启动。", "Correct that setting and start again."),
)
HOME_EXISTS = FaultKind(
    "home.exists",
    409,
    Text("{folder} 已经是一个节点文件夹。", "{folder} is already a node's folder."),
    Text("换一个空文件夹，或直接启动该节点。", "Choose an empty folder, or start that node."),
)
NAME_WRONG = FaultKind(
    "node.name",
    422,
    Text(
        "节点名“{name}”只能用 2 至 60 个小写字母、数字、连字符和下划线。",
        "The node name “{name}” needs 2 to 60 lower-case letters, digits, hyphens, underscores.",
    ),
    Text("换一个名称，例如 mca-gx。", "Choose another one, such as mca-gx."),
)


class Settings(Document, frozen=True, kw_only=True):
    """node.toml. Every setting, what it means, and its unit.

    name: the node's name, also its key's and its log's. unit: credit code and name of the
    department it belongs to. hub: address of the hub, "" to stand alone. listen_host and
    listen_port: where it answers; loopback unless set otherwise. poll_seconds: how often it
    asks the hub for grants and revocations.
    """

    name: str
    unit: Party
    hub: str = ""
    listen_host: str = "127.0.0.1"
    listen_port: int
    poll_seconds: int


@dataclass(frozen=True)
class Home:
    """The folder, read: settings and keys."""

    folder: Path
    settings: Settings
    key: SigningKey
    hub_key: PublicKey

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def salts(self) -> Path:
        return self.folder / "salts"

    @property
    def mask_key(self) -> bytes:
        """The secret from which each grant's hash key is derived."""
        return (self.folder / "mask.key").read_bytes()


def init(
    folder: Path,
    *,
    name: str,
    unit: Party,
    hub_key: str,
    port: int,
    hub: str = "",
    host: str = "127.0.0.1",
    poll_seconds: int | None = None,
) -> Home:
    """Create a node's folder with a fresh key; raises Refused when it exists or a name is wrong."""
    if not NAME.fullmatch(name):
        raise Refused(NAME_WRONG(name=name))
    if (folder / "node.toml").exists():
        raise Refused(HOME_EXISTS(folder=folder))
    hub_public = PublicKey.parse(hub_key)
    settings = Settings(
        name=name,
        unit=unit,
        hub=hub,
        listen_host=host,
        listen_port=port,
        poll_seconds=poll_seconds or packs.read("national").limit("node.poll_seconds"),
    )
    for part in ("grants", "store", "log", "salts"):
        (folder / part).mkdir(parents=True, exist_ok=True, mode=0o700)
    SigningKey.generate(name).save(folder / "key")
    write_private(folder / "mask.key", os.urandom(32))
    (folder / "hub.key").write_text(hub_public.text + "\n", encoding="utf-8")
    # Written last: a folder with node.toml is a whole one.
    (folder / "node.toml").write_text(_toml(settings), encoding="utf-8")
    return open_home(folder)


def open_home(folder: Path) -> Home:
    """Read a node's folder; raises Refused naming what is missing or wrong."""
    try:
        raw = tomllib.loads((folder / "node.toml").read_text(encoding="utf-8"))
        hub_key = (folder / "hub.key").read_text(encoding="utf-8")
    except tomllib.TOMLDecodeError as error:
        raise Refused(HOME_MALFORMED(folder=folder, reason=error)) from error
    except OSError as error:
        raise Refused(HOME_MISSING(folder=folder, reason=error.strerror)) from error
    try:
        settings = build(raw, Settings)
    except Refused as error:
        raise Refused(HOME_MALFORMED(folder=folder, reason=error)) from error
    return Home(folder, settings, SigningKey.load(folder / "key"), PublicKey.parse(hub_key))


def write_private(path: Path, data: bytes) -> None:
    """Write a new secret file, mode 0600, durable."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_durably(path: Path, data: bytes) -> None:
    """Replace a file as a whole: after a crash it holds the old bytes or the new, never half."""
    draft = path.with_name(path.name + ".draft")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _toml(settings: Settings) -> str:
    # A JSON string is a TOML basic string, so quoting cannot go wrong.
    def quote(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    return (
        "# Settings of a Yunzhang node; their meaning is in yunzhang/node/home.py.\n"
        f"name = {quote(settings.name)}\n"
        f"hub = {quote(settings.hub)}\n"
        f"listen_host = {quote(settings.listen_host)}\n"
        f"listen_port = {settings.listen_port}\n"
        f"poll_seconds = {settings.poll_seconds}\n\n"
        f"[unit]\ncode = {quote(settings.unit.code)}\nname = {quote(settings.unit.name)}\n"
    )
