"""Pack verbs: a hub starts only when it can do all that its pack has it do or lets people do."""

from __future__ import annotations

from collections.abc import Iterator

from yunzhang.packs import at_start
from yunzhang.people.cases import VERBS
from yunzhang.people.permission_names import PERMISSION_NAMES
from yunzhang.people.permissions import WORKER
from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.pack import Pack

DOES_UNKNOWN = FaultKind(
    "pack.does_unknown",
    422,
    Text(
        "程序“{procedure}”步骤“{step}”的动作“{move}”写有 does = “{does}”，系统没有这项处理。",
        "Procedure {procedure}, step {step}, move {move}: does = “{does}” is no verb of the hub.",
    ),
    Text("改为下列之一，或删去：{known}。", "Use one of these, or remove it: {known}."),
)
MAY_UNKNOWN = FaultKind(
    "pack.may_unknown",
    422,
    Text(
        "角色“{role}”的 may 写有“{may}”，系统没有这项权限。",
        "Role {role}: “{may}” among its may is no permission of the hub.",
    ),
    Text("改为下列之一，或删去：{known}。", "Use one of these, or remove it: {known}."),
)


def insist(place: str) -> Pack:
    """The pack of this place; ends the process when it is faulty or names what no hub can do.

    Called once Django is set up, when every folder has registered its verbs.
    """
    return at_start.insist(place, unknown)


def unknown(pack: Pack) -> Iterator[Fault]:
    """Every verb that the software has not and every permission that it does not know."""
    verbs = ", ".join(sorted(VERBS))
    for row in pack.procedures:
        for step in row.steps:
            for move in step.moves:
                if move.does and move.does not in VERBS:
                    names = {"procedure": row.id, "step": step.id, "move": move.id}
                    yield DOES_UNKNOWN(**names, does=move.does, known=verbs)
    # What only the hub's worker may do is given to no post.
    permissions = set(PERMISSION_NAMES) - {WORKER}
    for role in pack.roles:
        for may in role.may:
            if may not in permissions:
                known = ", ".join(sorted(permissions))
                yield MAY_UNKNOWN(role=role.id, may=may, known=known)
