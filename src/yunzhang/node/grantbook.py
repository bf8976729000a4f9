"""The grant book: the signed grants and the revocation list, as this node holds them.

On disk lie the exact bytes the hub signed; each is verified when received and again when
loaded. A file that was changed is refused, and calls under it are told so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from yunzhang import packs
from yunzhang.node.home import write_durably
from yunzhang.protect.keys import PublicKey, open_signed
from yunzhang.terms.document import decode, digest, encode
from yunzhang.terms.faults import Fault, FaultKind, Refused, Text
from yunzhang.terms.grant import KIND, REVOCATIONS_KIND, Grant, Party, Revocation, RevocationList
from yunzhang.terms.signed import Signed

_SYNC = Text(
    "等待节点从枢纽重新取得，或联系枢纽运行方。",
    "Wait until the node fetches it again from the hub, or ask the hub's operator.",
)

GRANT_UNKNOWN = FaultKind(
    "grant.unknown",
    404,
    Text("本节点没有这项授权。", "This node holds no such grant."),
    Text(
        "核对授权编号；新授权在下一次同步后生效。",
        "Check its number; a new grant arrives with the next synchronisation.",
    ),
)
GRANT_TAMPERED = FaultKind(
    "grant.tampered",
    403,
    Text(
        "节点保存的授权文件被改动过，不能使用（{reason}）。",
        "The grant file on this node was changed and is not used ({reason}).",
    ),
    _SYNC,
)
GRANT_OTHER_NODE = FaultKind(
    "grant.other_node",
    403,
    Text("授权属于节点 {node}。", "The grant is for node {node}."),
    Text("向该节点调用。", "Call that node."),
)
GRANT_MASK_MISSING = FaultKind(
    "grant.mask_missing",
    422,
    Text(
        "授权没有写明这些信息项如何脱敏：{items}。", "The grant does not say how to mask: {items}."
    ),
    Text(
        "枢纽须为每个信息项写明脱敏方式，“keep”也要写明。",
        "The hub states a mask for every item, “keep” too.",
    ),
)
REVOCATIONS_TAMPERED = FaultKind(
    "revocations.tampered",
    503,
    Text(
        "节点保存的撤销清单被改动过（{reason}）。",
        "The revocation list on this node was changed ({reason}).",
    ),
    _SYNC,
)
REVOCATIONS_ROLLBACK = FaultKind(
    "revocations.rollback",
    409,
    Text(
        "收到的撤销清单第 {offered} 号早于已有的第 {held} 号。",
        "The revocation list offered, number {offered}, is older than number {held} held here.",
    ),
    Text("检查枢纽是否从旧备份恢复。", "Check whether the hub was restored from an old copy."),
)
REVOCATIONS_FUTURE = FaultKind(
    "revocations.future",
    409,
    Text(
        "撤销清单的签发时间 {issued} 在未来。",
        "The revocation list is issued in the future: {issued}.",
    ),
    Text("校准枢纽和节点的时钟。", "Set the clocks of hub and node right."),
)


@dataclass(frozen=True)
class Held:
    """A grant held here, with the digest of the exact bytes signed and of its mask policy."""

    grant: Grant
    digest: str
    mask_policy: str


class Grantbook:
    """Grants and revocations of one node, indexed in memory."""

    def __init__(self, folder: Path, node: str, hub_key: PublicKey) -> None:
        self._folder = folder
        self._node = node
        self._hub_keys = (hub_key,)
        self._held: dict[str, Held] = {}
        self._tampered: dict[str, Fault] = {}
        self._consumers: dict[str, Party] = {}
        self._list: RevocationList | None = None
        self._revoked: dict[str, Revocation] = {}
        self.faults: tuple[Fault, ...] = ()

    @classmethod
    def open(cls, folder: Path, node: str, hub_key: PublicKey) -> Grantbook:
        """Read and verify all that is held; what fails is listed in `faults` and not used."""
        book = cls(folder, node, hub_key)
        for path in sorted((folder / "grants").glob("*.json")):
            try:
                book._hold(book._open_grant(decode(path.read_bytes(), Signed)))
            except (Refused, OSError) as error:
                book._tampered[path.stem] = GRANT_TAMPERED(reason=_reason(error))
        book.faults = (*book._tampered.values(), *book._load_revocations())
        return book

    def find(self, grant: str) -> Held:
        """The grant of this number; raises `grant.unknown` or `grant.tampered`."""
        held = self._held.get(grant)
        if held is not None:
            return held
        raise Refused(self._tampered.get(_name(grant)) or GRANT_UNKNOWN())

    def consumer(self, key: str) -> Party | None:
        """The unit whose grants are bound to this key; None when no grant names it."""
        return self._consumers.get(key)

    def revocation(self, grant: str) -> Revocation | None:
        """The revocation in force for a grant, if any."""
        return self._revoked.get(grant)

    @property
    def grants(self) -> tuple[Grant, ...]:
        return tuple(held.grant for held in self._held.values())

    @property
    def issued_at(self) -> datetime | None:
        """When the revocation list held here was issued; None before the first one."""
        return self._list.issued_at if self._list else None

    def receive(self, signed: Signed) -> bool:
        """Verify a grant and keep it; False when it was held already. Raises Refused."""
        found = self._open_grant(signed)
        held = self._held.get(found.grant.id)
        if held and (held.digest == found.digest or held.grant.issued_at > found.grant.issued_at):
            return False
        write_durably(self._folder / "grants" / f"{_name(found.grant.id)}.json", encode(signed))
        self._hold(found)
        return True

    def receive_revocations(self, signed: Signed, now: datetime) -> bool:
        """Verify a revocation list and keep it; False when it is the one held already.

        Never goes back: an older number or an earlier date raises `revocations.rollback`.
        """
        offered = self._open_list(signed)
        skew = timedelta(seconds=packs.read("national").limit("node.skew_seconds"))
        if offered.issued_at > now + skew:
            raise Refused(REVOCATIONS_FUTURE(issued=offered.issued_at.isoformat()))
        held = self._list
        if held and (offered.number, offered.issued_at) == (held.number, held.issued_at):
            return False
        if held and (offered.number < held.number or offered.issued_at < held.issued_at):
            raise Refused(REVOCATIONS_ROLLBACK(offered=offered.number, held=held.number))
        write_durably(self._folder / "revocations", encode(signed))
        self._use(offered)
        return True

    def _open_grant(self, signed: Signed) -> Held:
        grant = open_signed(signed, KIND, Grant, self._hub_keys)
        if grant.node != self._node:
            raise Refused(GRANT_OTHER_NODE(node=grant.node))
        unmasked = set(grant.items) - {mask.item for mask in grant.masks}
        if unmasked:
            raise Refused(GRANT_MASK_MISSING(items=", ".join(sorted(unmasked))))
        return Held(grant, digest(bytes(signed.body)), grant.mask_policy)

    def _open_list(self, signed: Signed) -> RevocationList:
        listed = open_signed(signed, REVOCATIONS_KIND, RevocationList, self._hub_keys)
        if listed.node != self._node:
            raise Refused(GRANT_OTHER_NODE(node=listed.node))
        return listed

    def _hold(self, held: Held) -> None:
        self._held[held.grant.id] = held
        self._tampered.pop(_name(held.grant.id), None)
        self._consumers[held.grant.consumer_key] = held.grant.consumer

    def _load_revocations(self) -> tuple[Fault, ...]:
        path = self._folder / "revocations"
        if not path.exists():
            return ()
        try:
            self._use(self._open_list(decode(path.read_bytes(), Signed)))
        except (Refused, OSError) as error:
            return (REVOCATIONS_TAMPERED(reason=_reason(error)),)
        return ()

    def _use(self, listed: RevocationList) -> None:
        self._list = listed
        self._revoked = {revocation.grant: revocation for revocation in listed.revoked}


def _name(grant: str) -> str:
    """The file of a grant: its number may hold any character, a file name may not."""
    return digest(grant.encode())[:32]


def _reason(error: Exception) -> str:
    return ", ".join(error.codes) if isinstance(error, Refused) else type(error).__name__
