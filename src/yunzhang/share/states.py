"""States: which deed takes a share request or a grant from where to where, and who is named then.

Pure: two tables and the rule that what is not in a table cannot be done.
"""

from __future__ import annotations

from collections.abc import Mapping

from yunzhang.terms.fact import DEED_NAMES, Deed
from yunzhang.terms.faults import FaultKind, Refused, Text

STATE_WRONG = FaultKind(
    "share.state_wrong",
    409,
    Text(
        "当前状态是“{state_zh}”，不能“{deed_zh}”。",
        "In the state “{state_en}” nobody can have “{deed_en}”.",
    ),
    Text("刷新页面，按当前状态办理。", "Reload the page and go on from its present state."),
)

Moves = Mapping[tuple[Deed, str], str]

# Order 809 Arts. 20-22. Agreed, refused and withdrawn are ends; every other state has a way out
# for the consumer, and an application has one for the provider.
REQUEST: Moves = {
    (Deed.REQUEST_DRAFTED, "draft"): "draft",
    (Deed.REQUEST_DRAFTED, "waiting"): "draft",  # changed: the head must see it again
    (Deed.REQUEST_SUBMITTED, "draft"): "waiting",
    (Deed.REQUEST_APPLIED, "waiting"): "applied",
    (Deed.REQUEST_NOTICED, "applied"): "noticed",
    (Deed.REQUEST_COMPLETED, "noticed"): "applied",
    (Deed.REQUEST_EXTENDED, "applied"): "applied",
    (Deed.REQUEST_AGREED, "applied"): "agreed",
    # Not from "noticed": an incomplete request may not be refused directly (Art. 21).
    (Deed.REQUEST_REFUSED, "applied"): "refused",
    (Deed.REQUEST_WITHDRAWN, "draft"): "withdrawn",
    (Deed.REQUEST_WITHDRAWN, "waiting"): "withdrawn",
    (Deed.REQUEST_WITHDRAWN, "applied"): "withdrawn",
    (Deed.REQUEST_WITHDRAWN, "noticed"): "withdrawn",
    (Deed.GRANT_ISSUED, "agreed"): "agreed",
}
REQUEST_ENDS = frozenset({"agreed", "refused", "withdrawn"})

# Art. 27: suspend, have it put right, and only then resume or end.
GRANT: Moves = {
    (Deed.GRANT_DELIVERED, "active"): "active",
    (Deed.GRANT_SUSPENDED, "active"): "suspended",
    (Deed.GRANT_RESUMED, "suspended"): "active",
    (Deed.GRANT_ENDED, "active"): "ended",
    (Deed.GRANT_ENDED, "suspended"): "ended",
}
GRANT_ENDS = frozenset({"ended"})

STATE_NAMES: dict[str, Text] = {
    "draft": Text("起草", "draft"),
    "waiting": Text("待本单位负责人审批", "waiting for the unit's head"),
    "applied": Text("待提供部门答复", "with the provider"),
    "noticed": Text("待补正", "to be completed"),
    "agreed": Text("同意", "agreed"),
    "refused": Text("不同意", "refused"),
    "withdrawn": Text("已撤回", "withdrawn"),
    "active": Text("有效", "active"),
    "suspended": Text("暂停", "suspended"),
    "ended": Text("终止", "ended"),
}


def after(moves: Moves, deed: Deed, state: str) -> str:
    """The state this deed leads to; raises `share.state_wrong` where the table has no such move."""
    if (deed, state) not in moves:
        names, deeds = STATE_NAMES[state], DEED_NAMES[deed]
        raise Refused(
            STATE_WRONG(state_zh=names.zh, state_en=names.en, deed_zh=deeds.zh, deed_en=deeds.en)
        )
    return moves[deed, state]


def open_deeds(moves: Moves, state: str) -> tuple[Deed, ...]:
    """What can be done in a state, for the buttons of a page."""
    return tuple(deed for deed, start in moves if start == state)
