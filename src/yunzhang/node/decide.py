"""The decision on one call: yes or no, with every reason. No clock, no disk, no network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yunzhang.node.asked import Call
from yunzhang.terms.codes import Delivery, Operator
from yunzhang.terms.faults import Fault, FaultKind, Text
from yunzhang.terms.grant import Condition, Grant, Revocation

_RENEW = Text(
    "在申请页续期，或确认数据已按要求处置。",
    "Renew it on the request page, or confirm that the data is disposed of.",
)
_ASK = Text(
    "只请求授权范围内的内容；需要更多时另行申请。",
    "Ask within the grant; apply for more if it is needed.",
)
_TOMORROW = Text(
    "明日（北京时间）再调用，或申请提高额度。",
    "Call again tomorrow (Beijing time), or apply for a higher quota.",
)
_CORRECT = Text("按接口说明改正后重发。", "Correct it as the interface page says and send again.")

GRANT_NOT_STARTED = FaultKind(
    "grant.not_started",
    403,
    Text("授权自 {starts} 起生效。", "The grant begins at {starts}."),
    Text("到时再调用。", "Call again then."),
)
GRANT_ENDED = FaultKind(
    "grant.ended", 403, Text("授权已于 {until} 到期。", "The grant ended at {until}."), _RENEW
)
GRANT_SUSPENDED = FaultKind(
    "grant.suspended",
    403,
    Text("授权自 {at} 起中止。", "The grant is suspended since {at}."),
    Text(
        "向提供部门了解原因；恢复后可继续调用。",
        "Ask the provider why; calls work again when it is resumed.",
    ),
)
GRANT_REVOKED = FaultKind(
    "grant.revoked", 403, Text("授权已于 {at} 终止。", "The grant was ended at {at}."), _RENEW
)
GRANT_OTHER_CONSUMER = FaultKind(
    "grant.other_consumer",
    403,
    Text("这项授权属于另一使用部门的密钥。", "The grant is bound to another consumer's key."),
    Text("使用登记在授权上的密钥。", "Use the key that is named in the grant."),
)
GRANT_NO_API = FaultKind(
    "grant.no_api",
    403,
    Text("这项授权不含接口调用。", "The grant does not allow calls to an interface."),
    _ASK,
)
REVOCATIONS_STALE = FaultKind(
    "revocations.stale",
    503,
    Text(
        "撤销清单已有 {age} 秒未更新，上限 {limit} 秒，节点暂停应答。",
        "The revocation list is {age} seconds old, {limit} at most: the node answers no calls.",
    ),
    Text("恢复节点与枢纽的连接。", "Restore the connection between node and hub."),
)
PURPOSE_OTHER = FaultKind(
    "purpose.other",
    403,
    Text(
        "用途与授权不符；授权用途是“{purpose}”。",
        "The purpose is not the granted one, “{purpose}”.",
    ),
    _ASK,
)
SCENARIO_OTHER = FaultKind(
    "scenario.other",
    403,
    Text(
        "应用场景与授权不符；授权场景是“{scenario}”。",
        "The scenario is not the granted one, “{scenario}”.",
    ),
    _ASK,
)
ITEMS_NONE = FaultKind(
    "items.none", 422, Text("没有请求任何信息项。", "No data item is asked for."), _CORRECT
)
ITEMS_OUTSIDE = FaultKind(
    "items.outside",
    403,
    Text("有 {count} 个信息项不在授权内。", "{count} of the items lie outside the grant."),
    _ASK,
)
ITEMS_TWICE = FaultKind(
    "items.twice",
    422,
    Text("同一信息项请求了两次。", "An item is asked for twice."),
    _CORRECT,
)
ASKED_TWO_WAYS = FaultKind(
    "call.key_or_filter",
    422,
    Text("调用须且只须给出 key 和 filter 之一。", "A call gives either key or filter."),
    _CORRECT,
)
KEY_MISSING = FaultKind(
    "key.missing",
    422,
    Text("按主键调用缺少：{items}。", "The call by key lacks: {items}."),
    _CORRECT,
)
KEY_OUTSIDE = FaultKind(
    "key.outside",
    403,
    Text("有 {count} 个信息项不是授权的主键项。", "{count} of the key's items are no key items."),
    _ASK,
)
FILTER_OUTSIDE = FaultKind(
    "rows.outside",
    403,
    Text(
        "筛选条件使用了授权外的信息项。",
        "A condition uses an item by which the grant does not filter.",
    ),
    _ASK,
)
FILTER_MASKED = FaultKind(
    "filter.masked",
    403,
    Text(
        "“{item}”是脱敏项，每次只能与一个值比较是否相等。",
        "“{item}” is masked: it can be compared for equality only, with one value a call.",
    ),
    _ASK,
)
FILTER_VALUES = FaultKind(
    "filter.values",
    422,
    Text(
        "条件“{item}”给出的取值个数不对。",
        "The condition on “{item}” has a wrong number of values.",
    ),
    _CORRECT,
)
FILTER_TOO_MANY = FaultKind(
    "filter.too_many",
    422,
    Text(
        "条件中共有 {found} 个取值，上限 {limit}。",
        "The call compares {found} values; {limit} at most.",
    ),
    Text("分成几次调用。", "Split it into several calls."),
)
QUOTA_CALLS = FaultKind(
    "quota.calls",
    429,
    Text("今日已调用 {used} 次，达到额度。", "{used} calls today: the quota is used up."),
    _TOMORROW,
)
QUOTA_ROWS = FaultKind(
    "quota.rows",
    429,
    Text("今日已取 {used} 行，达到额度。", "{used} rows today: the quota is used up."),
    _TOMORROW,
)
RATE_EXCEEDED = FaultKind(
    "quota.rate",
    429,
    Text("每秒最多调用 {limit} 次。", "{limit} calls a second at most."),
    Text("放慢调用，下一秒再试。", "Slow down and try again in a second."),
)
PAGE_TOO_LARGE = FaultKind(
    "page.too_large",
    422,
    Text("每页 1 至 {limit} 行。", "A page holds 1 to {limit} rows."),
    Text("减少 page.rows，逐页读取。", "Lower page.rows and read page by page."),
)


@dataclass(frozen=True)
class Standing:
    """What the node knows of revocations: this grant's, and how old the whole list is.

    `age_seconds` is None when no list was ever received.
    """

    revocation: Revocation | None
    age_seconds: int | None
    limit_seconds: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used under a grant: calls and rows this day, calls this second."""

    calls_today: int
    rows_today: int
    calls_this_second: int


@dataclass(frozen=True)
class Decision:
    """Allowed when there is no reason against it."""

    reasons: tuple[Fault, ...]

    @property
    def allowed(self) -> bool:
        return not self.reasons


def decide(
    grant: Grant,
    call: Call,
    now: datetime,
    standing: Standing,
    usage: Usage,
    caller_key: str,
    values_limit: int,
) -> Decision:
    """Say yes or no, and why; all reasons, not the first (Order 809 Arts. 20 and 25).

    To another consumer nothing more is said: the rest of the grant is not their business.
    """
    if caller_key != grant.consumer_key:
        return Decision((GRANT_OTHER_CONSUMER(),))
    # One list that each rule adds to: on the path of every call, generators cost twice as much.
    reasons: list[Fault] = []
    _when(grant, now, standing, reasons)
    _what_for(grant, call, reasons)
    _which_items(grant, call, reasons)
    _which_rows(grant, call, values_limit, reasons)
    _how_much(grant, call, usage, reasons)
    return Decision(tuple(reasons))


def _when(grant: Grant, now: datetime, standing: Standing, reasons: list[Fault]) -> None:
    if now < grant.starts_at:
        reasons.append(GRANT_NOT_STARTED(starts=grant.starts_at.isoformat()))
    if now >= grant.until:
        reasons.append(GRANT_ENDED(until=grant.until.isoformat()))
    if standing.revocation is not None:
        ended = standing.revocation.state == "ended"
        kind = GRANT_REVOKED if ended else GRANT_SUSPENDED
        reasons.append(kind(at=standing.revocation.at.isoformat()))
    age, limit = standing.age_seconds, standing.limit_seconds
    if age is None or age > limit:
        reasons.append(REVOCATIONS_STALE(age="∞" if age is None else age, limit=limit))


def _what_for(grant: Grant, call: Call, reasons: list[Fault]) -> None:
    if call.purpose != grant.purpose:
        reasons.append(PURPOSE_OTHER(purpose=grant.purpose))
    if call.scenario and call.scenario != grant.scenario:
        reasons.append(SCENARIO_OTHER(scenario=grant.scenario))
    if Delivery.SERVICE_API not in grant.delivery:
        reasons.append(GRANT_NO_API())


def _which_items(grant: Grant, call: Call, reasons: list[Fault]) -> None:
    if not call.items:
        reasons.append(ITEMS_NONE())
    elif not set(call.items) <= set(grant.items):
        outside = [item for item in call.items if item not in grant.items]
        reasons.append(ITEMS_OUTSIDE(count=len(outside)))
    elif len(set(call.items)) < len(call.items):
        # Else one short call makes an answer and a receipt of any length.
        reasons.append(ITEMS_TWICE())


def _which_rows(grant: Grant, call: Call, values_limit: int, reasons: list[Fault]) -> None:
    if (call.key is None) == (call.filter is None):
        reasons.append(ASKED_TWO_WAYS())
    compared = max(call.values, len(call.filter or ()))
    if compared > values_limit:
        # One reason and no more: a receipt has room for only so many.
        reasons.append(FILTER_TOO_MANY(found=compared, limit=values_limit))
        return
    if call.key is not None:
        _by_key(grant, call.key, reasons)
    for condition in call.filter or ():
        _by_filter(grant, condition, reasons)


def _by_key(grant: Grant, key: dict[str, str], reasons: list[Fault]) -> None:
    if grant.key_items and key.keys() == set(grant.key_items):
        return
    missing = [item for item in grant.key_items if item not in key]
    if missing or not grant.key_items:
        reasons.append(KEY_MISSING(items=", ".join(missing)))
    outside = [item for item in key if item not in grant.key_items]
    if outside:
        reasons.append(KEY_OUTSIDE(count=len(outside)))


def _by_filter(grant: Grant, condition: Condition, reasons: list[Fault]) -> None:
    if condition.item not in grant.filter_items:
        reasons.append(FILTER_OUTSIDE())
        return
    exact = condition.op in (Operator.EQ, Operator.IN) and len(condition.values) == 1
    # A range over a masked item, or a list of values, would find its value by halving.
    if not exact and any(m.item == condition.item and m.way != "keep" for m in grant.masks):
        reasons.append(FILTER_MASKED(item=condition.item))
    if not condition.values or (condition.op != Operator.IN and len(condition.values) != 1):
        reasons.append(FILTER_VALUES(item=condition.item))


def _how_much(grant: Grant, call: Call, usage: Usage, reasons: list[Fault]) -> None:
    quota = grant.quota
    if usage.calls_today >= quota.calls_a_day:
        reasons.append(QUOTA_CALLS(used=usage.calls_today))
    if usage.rows_today >= quota.rows_a_day:
        reasons.append(QUOTA_ROWS(used=usage.rows_today))
    if usage.calls_this_second >= quota.calls_a_second:
        reasons.append(RATE_EXCEEDED(limit=quota.calls_a_second))
    if call.page.rows is not None and not 0 < call.page.rows <= quota.rows_a_page:
        reasons.append(PAGE_TOO_LARGE(limit=quota.rows_a_page))
