"""Secrets: a source's password lies in a file beside the hub, never in a record, page or fact.

A database URL names it: `postgresql://reader:secret:NAME@host/db` means the file
`<YUNZHANG_HOME>/secrets/<credit code of the unit>/NAME`. The unit's code is part of the path, so
that no unit can send another's password to a host of its own. Files and folders are read only
below `settings.SOURCES`, so that no one registers the hub's own key as a table.
See docs/decisions/secrets.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from django.conf import settings

from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.people.models import Unit
from yunzhang.terms.document import build, plain
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text, refuse_if

DATABASES = frozenset({SourceKind.POSTGRESQL, SourceKind.MYSQL})
NAME = re.compile(r"secret:([A-Za-z0-9_-]+)")
PASSWORD_OPTION = re.compile(r"pass|pwd|secret|token|key", re.IGNORECASE)

PASSWORD_IN_CLEAR = FaultKind(
    "source.password_in_clear",
    422,
    Text("数据源地址中不能写明文密码。", "A source's address may not hold a password."),
    Text(
        "把密码存入枢纽的 secrets/本单位代码/ 目录，地址中写 用户名:secret:文件名@主机。",
        "Put it into the hub's folder secrets/<unit code>/ and write user:secret:FILE@host.",
    ),
)
ADDRESS_NOT_URL = FaultKind(
    "source.address_not_url",
    422,
    Text(
        "数据库地址要写成 类型://用户@主机:端口/库名。",
        "A database address is kind://user@host:port/name.",
    ),
    Text("按此格式改写地址。", "Write the address in this form."),
)
FOLDER_CLOSED = FaultKind(
    "source.folder_closed",
    422,
    Text(
        "路径 {path} 不在允许登记的数据目录中。", "{path} is outside the folders open to sources."
    ),
    Text(
        "把文件放入允许的目录，或由运维在 YUNZHANG_SOURCES 中加入该目录。",
        "Move the file there, or have the operator add its folder to YUNZHANG_SOURCES.",
    ),
)
SECRET_MISSING = FaultKind(
    "source.secret_missing",
    422,
    Text(
        "枢纽上没有密码文件 secrets/{unit}/{name}。", "The hub has no file secrets/{unit}/{name}."
    ),
    Text(
        "由运维放入该文件，权限设为 600。",
        "Have the operator put it there, readable by its owner alone.",
    ),
)


def faults(spec: SourceSpec) -> Iterator[Fault]:
    """What keeps a source from being registered: a password in clear, or a closed folder."""
    if spec.kind not in DATABASES:
        if not _open(Path(spec.location)):
            yield FOLDER_CLOSED(path=spec.location)
        return
    try:
        url = urlsplit(spec.location)
        whole = bool(url.scheme and url.hostname) and url.port != 0
    except ValueError:  # such as a bracket that is never closed, or a port past the last
        yield ADDRESS_NOT_URL()
        return
    if not whole:
        yield ADDRESS_NOT_URL()
    options = any(PASSWORD_OPTION.search(name) for name, _ in parse_qsl(url.query))
    if options or (url.password is not None and not NAME.fullmatch(unquote(url.password))):
        yield PASSWORD_IN_CLEAR()


def unlocked(spec: SourceSpec, unit: Unit) -> SourceSpec:
    """The source as the engine needs it, password filled in: for one reading, never to be kept.

    Raises `source.folder_closed` and `source.secret_missing`.
    """
    refuse_if(faults(spec))
    url = urlsplit(spec.location)
    named = NAME.fullmatch(unquote(url.password or "")) if spec.kind in DATABASES else None
    if named is None:
        return spec
    password = quote(_secret(unit, named[1]), safe="")
    host = url.netloc.rpartition("@")[2]
    netloc = f"{url.username}:{password}@{host}"
    return build({**plain(spec), "location": urlunsplit(url._replace(netloc=netloc))}, SourceSpec)


def _secret(unit: Unit, name: str) -> str:
    path = Path(settings.SECRETS) / unit.code / name
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refused(SECRET_MISSING(unit=unit.code, name=name)) from error


def _open(path: Path) -> bool:
    # Resolved, for a link inside an open folder may point anywhere.
    return any(path.resolve().is_relative_to(Path(folder)) for folder in settings.SOURCES)
