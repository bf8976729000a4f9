"""Indicators of exchange: what is asked for, agreed, delivered and really used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import starmap

from django.db.models import Exists, F, OuterRef, QuerySet, Sum
from django.db.models.expressions import Combinable

from yunzhang.clock import BEIJING
from yunzhang.oversee.indicators.duties import closed
from yunzhang.oversee.indicators.registry import Row, Units, indicator, window
from yunzhang.people.models import CaseParty
from yunzhang.share import backflow, corrections
from yunzhang.share.models import GrantRow, ShareRequest
from yunzhang.terms.faults import Text
from yunzhang.use import usage
from yunzhang.use.models import UsageDay


@indicator(
    "exchange",
    "grant",
    formula=Text(
        "已被调用的有效授权 ÷（已被调用的＋获准超过期限仍未调用的）",
        "Active grants used ÷ (those used + those old enough to have been)",
    ),
    source=Text("使用单位持有的授权、节点上报的回执", "Grants held, receipts of the nodes"),
    told=Text(
        "申请来的数据有没有用起来，防止“应用未用”（第三十八条）。刚获准的不计。",
        "Whether what was asked for is used (Art. 38). Young grants count on neither side.",
    ),
)
def approved_used(units: Units, today: date) -> Iterator[Row]:
    """Active grants held that were used / those used or old enough to have been (Art. 38).

    A grant younger than the pack's waiting time and not yet used counts on neither side.
    """
    calls = UsageDay.objects.filter(grant=OuterRef("pk"), answered__gt=F("discounted"))
    grants = GrantRow.objects.filter(consumer__in=units, state=GrantRow.State.ACTIVE)
    ripe = usage.ripe_before(today)
    for unit, number, issued, used in grants.annotate(used=Exists(calls)).values_list(
        "consumer", "pk", "issued_at", "used"
    ):
        if used or issued < ripe:
            yield Row(unit, number, used)


@indicator(
    "exchange",
    "request",
    formula=Text("未被拒绝的申请 ÷ 已答复的申请", "Requests not refused ÷ requests replied to"),
    source=Text("共享申请", "Share requests"),
    told=Text(
        "由提供单位答复；不同意率即其余部分，逐件可查理由。已撤回的不计，只计评分窗口之内。",
        "Replied to by the provider; the rate of refusal is the rest, each with its reason. "
        "Without withdrawn ones, within the pack's window.",
    ),
)
def requests_agreed(units: Units, today: date) -> Iterator[Row]:
    """Requests not refused / requests replied to, by provider."""
    for unit, number, state in _replied(units, today).values_list("provider", "pk", "state"):
        yield Row(unit, number, state != ShareRequest.State.REFUSED)


@indicator(
    "exchange",
    "request",
    formula=Text("写明法律依据的不同意 ÷ 全部不同意", "Refusals that name their law ÷ refusals"),
    source=Text("共享申请的答复", "Replies to share requests"),
    told=Text(
        "不同意共享要有法律、行政法规或国务院决定的依据（第二十一条）；只写理由而无条款的不算。",
        "A refusal needs a law, a regulation or a decision of the State Council (Art. 21); "
        "a reason without its clause does not count.",
    ),
)
def refusals_lawful(units: Units, today: date) -> Iterator[Row]:
    """Refusals that name their law / refusals, by provider."""
    refused = _replied(units, today).filter(state=ShareRequest.State.REFUSED)
    for unit, number, law in refused.values_list("provider", "pk", "refusal_law"):
        yield Row(unit, number, bool(law.strip()))


@indicator(
    "exchange",
    "request",
    measure="days",
    formula=Text("从申请到答复的自然日数的平均", "Mean of the days from request to reply"),
    source=Text("共享申请", "Share requests"),
    told=Text(
        "提供单位平均几天答复（自然日，含补正期间）。",
        "How many days a provider takes to reply, on average; time for completing included.",
    ),
)
def reply_days(units: Units, today: date) -> Iterator[Row]:
    """Calendar days from a request to its reply, by provider."""
    rows = _replied(units, today).exclude(applied_at=None)
    for unit, number, asked, told in rows.values_list("provider", "pk", "applied_at", "replied_at"):
        yield Row(unit, number, amount=(_day(told) - _day(asked)).days)


@indicator(
    "exchange",
    "case",
    formula=Text(
        "已办结的校核 ÷（已办结的＋逾期未办的）", "Verifications answered ÷ (those + those overdue)"
    ),
    source=Text("校核事项", "Cases of verification"),
    told=Text(
        "数据被质疑后，提供单位有没有给出结果；是否按时见校核反馈按时率。撤回的不计。",
        "Whether the provider answered a doubt about its data; in time or not is told by the "
        "punctuality of C6. Without withdrawn ones.",
    ),
)
def corrections_closed(units: Units, today: date) -> Iterator[Row]:
    """Verifications answered / those answered or overdue, by provider."""
    yield from closed((corrections.PROCEDURE,), "provider", units, today, without=("withdrawn",))


@indicator(
    "exchange",
    "case",
    formula=Text(
        "已提供的回流 ÷（已提供的＋待提供的）", "Back-flows delivered ÷ (those + those waiting)"
    ),
    source=Text("回流事项", "Cases of back-flow"),
    told=Text(
        "下级申请的本地数据有没有还回去（第二十四条）。经答复不掌握该数据的、已撤回的不计。",
        "Whether a lower unit's own data was returned (Art. 24). What the provider does not hold, "
        "and what was dropped, counts on neither side.",
    ),
)
def backflow_delivered(units: Units, today: date) -> Iterator[Row]:
    """Back-flows delivered / those delivered or waiting, by provider."""
    parties = CaseParty.objects.filter(
        party="provider", unit__in=units, case__procedure=backflow.PROCEDURE
    ).exclude(case__closed_on__lte=window(today))
    steps = {"received": True, "check": True, "return": False}
    for unit, number, step in parties.values_list("unit", "case", "case__step"):
        if step in steps:
            yield Row(unit, number, steps[step])


@indicator(
    "exchange",
    "grant",
    measure="count",
    formula=Text("被调用成功的次数", "Calls answered with the unit's data"),
    source=Text("节点上报的回执", "Receipts of the nodes"),
    told=Text(
        "提供了多少次服务，按授权分列；评分窗口之内，已认定只为刷分的调用不计。",
        "How often its data served, by grant; within the pack's window, without calls that were "
        "found to raise a score only.",
    ),
)
def calls_served(units: Units, today: date) -> Iterator[Row]:
    """Calls answered, by provider and grant."""
    yield from _called("provider", F("answered") - F("discounted"), units, today)


@indicator(
    "exchange",
    "grant",
    measure="count",
    formula=Text("调用成功的次数", "Calls the unit made that were answered"),
    source=Text("节点上报的回执", "Receipts of the nodes"),
    told=Text(
        "用了多少次，按授权分列；类型、频次和场景见使用情况页。",
        "How often it used others' data, by grant; kind, frequency and scenario on the usage page.",
    ),
)
def calls_made(units: Units, today: date) -> Iterator[Row]:
    """Calls answered, by consumer and grant."""
    yield from _called("consumer", F("answered") - F("discounted"), units, today)


@indicator(
    "exchange",
    "grant",
    measure="bytes",
    formula=Text("成功调用返回的字节数之和", "Bytes of all answers"),
    source=Text("节点上报的回执", "Receipts of the nodes"),
    told=Text("实际送出的数据量，按授权分列。", "The volume that really went out, by grant."),
)
def bytes_served(units: Units, today: date) -> Iterator[Row]:
    """Bytes answered, by provider and grant."""
    yield from _called("provider", F("bytes"), units, today)


@indicator(
    "exchange",
    "grant",
    formula=Text("成功的调用 ÷ 全部调用", "Calls answered ÷ calls"),
    source=Text("节点上报的回执", "Receipts of the nodes"),
    told=Text(
        "使用单位的调用有多少被节点拒绝（用途、字段、配额不符等）。没有写明授权的调用不计。",
        "How many of a consumer's calls a node refused, for purpose, items or quota. "
        "Calls that name no grant do not count.",
    ),
)
def calls_allowed(units: Units, today: date) -> Iterator[Row]:
    """Calls answered / calls, by consumer and grant."""
    yield from _called("consumer", F("answered"), units, today)
    for row in _called("consumer", F("refused"), units, today):
        yield row._replace(holds=False)


@indicator(
    "exchange",
    "key",
    measure="count",
    formula=Text(
        "成功调用过本单位数据的应用个数", "Applications that called the unit's data successfully"
    ),
    source=Text("调用方密钥、授权、回执", "Caller keys, grants, receipts"),
    told=Text(
        "一个登记的调用方密钥即一个应用系统；评分窗口之内。",
        "A registered caller key is one application; within the pack's window.",
    ),
)
def applications_served(units: Units, today: date) -> Iterator[Row]:
    """Caller keys whose grants were called, by provider."""
    calls = UsageDay.objects.filter(
        grant=OuterRef("pk"), answered__gt=F("discounted"), day__gt=window(today)
    )
    used = GrantRow.objects.filter(Exists(calls), provider__in=units).exclude(request__key=None)
    yield from starmap(Row, used.values_list("provider", "request__key").distinct())


def _day(moment: datetime | None) -> date:
    return moment.astimezone(BEIJING).date() if moment else date.min


def _replied(units: Units, today: date) -> QuerySet[ShareRequest]:
    state = ShareRequest.State
    since = usage.start_of(window(today))
    return ShareRequest.objects.filter(provider__in=units, replied_at__gte=since).exclude(
        state__in=(state.WITHDRAWN, state.NOTICED, state.APPLIED)
    )


def _called(side: str, amount: Combinable, units: Units, today: date) -> Iterator[Row]:
    days = UsageDay.objects.filter(day__gt=window(today), **{f"{side}__in": units})
    sums = days.exclude(grant="").values_list(side, "grant").annotate(sum=Sum(amount))
    for unit, grant, sum in sums:
        if sum:
            yield Row(unit, grant, amount=sum)
