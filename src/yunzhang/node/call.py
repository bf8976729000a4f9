"""One call, from question to proof, told in order. Begin reading Yunzhang here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from yunzhang import clock
from yunzhang.clock import BEIJING
from yunzhang.node.asked import Call
from yunzhang.node.commit import GroupCommit, Recorded
from yunzhang.node.decide import Standing, Usage, decide
from yunzhang.node.fetch import Fetched, items_json
from yunzhang.node.grantbook import Grantbook, Held
from yunzhang.node.incident import NODE_FAILED
from yunzhang.node.meter import Meter, Share
from yunzhang.node.salts import Salts
from yunzhang.node.session import Sender
from yunzhang.node.tables import Tables
from yunzhang.terms.document import decode, encode, to_second
from yunzhang.terms.faults import Refused
from yunzhang.terms.grant import Grant
from yunzhang.terms.receipt import Receipt, salted

_UNUSED = Usage(0, 0, 0)


@dataclass(frozen=True)
class Desk:
    """All that answering a call needs."""

    log: str
    book: Grantbook
    tables: Tables
    commit: GroupCommit
    meter: Meter
    salts: Salts
    hash_key: Callable[[str], bytes]  # of a grant's keyed hashes
    revocation_seconds: int  # how old the revocation list may be
    filter_values: int  # how many values one call may compare


async def answer(desk: Desk, sender: Sender, body: bytes) -> bytes:
    """The answer to one authenticated call, as JSON; raises Refused with all reasons.

    Answered or refused, the call is in the log before anything is said.
    """
    now = clock.now()
    held: Held | None = None
    try:
        call = decode(body, Call)
        held = desk.book.find(call.grant)  # 1: the signed copy held here
        rows, age = _permit(desk, held.grant, call, sender, now)  # 2: every reason against it
        fetched, share = await _fetch(desk, held, call, rows)  # 3 and 4: granted, and masked
    except Refused as refusal:
        await desk.commit.record(_refused(desk, sender, held, refusal.codes, body, now))
        raise
    except Exception:
        failed = (NODE_FAILED.code,)
        await desk.commit.record(_refused(desk, sender, held, failed, body, now))
        raise
    said = _say(call, fetched)
    try:
        salt = _salt(desk, sender, now)
        receipt = _answered(sender, held, call, fetched, said, body, salt, now)
        recorded = await desk.commit.record(receipt)  # 5: no durable record, no answer
    except Refused:
        share.settle(0, calls=0)
        raise
    return _assemble(desk.log, said, receipt, recorded, salt, age)  # 6; 7 is the spool's


def _permit(desk: Desk, grant: Grant, call: Call, sender: Sender, now: datetime) -> tuple[int, int]:
    """How many rows may be fetched, and the age of the revocation list; raises Refused."""
    issued_at = desk.book.issued_at
    age = None if issued_at is None else int((now - issued_at).total_seconds())
    standing = Standing(desk.book.revocation(grant.id), age, desk.revocation_seconds)
    # What others try under this grant is not its consumer's use of it.
    ours = sender.consumer_key == grant.consumer_key
    usage = desk.meter.usage(grant.id, now.timestamp()) if ours else _UNUSED
    decision = decide(grant, call, now, standing, usage, sender.consumer_key, desk.filter_values)
    if not decision.allowed:
        raise Refused(*decision.reasons)
    page = call.page.rows or grant.quota.rows_a_page
    return min(page, grant.quota.rows_a_day - usage.rows_today), age or 0


async def _fetch(desk: Desk, held: Held, call: Call, rows: int) -> tuple[Fetched, Share]:
    """The rows; takes them from the quota and gives back what is not used."""
    grant = held.grant
    fetcher = desk.tables.find(grant.table)
    key = desk.hash_key(grant.id)
    share = desk.meter.take(grant.id, rows)
    try:
        fetched = fetcher.try_inline(grant, held.digest, call, rows, key)
        if fetched is None:
            fetched = await fetcher.at_length(grant, held.digest, call, rows, key)
    except BaseException:
        share.settle(0, calls=0)
        raise
    share.settle(fetched.count)
    return fetched, share


def _salt(desk: Desk, sender: Sender, now: datetime) -> str:
    """Of the legal day that the receipt's time names, even when that day is over by now."""
    return desk.salts.salt(now.astimezone(BEIJING).date(), sender.session, sender.nonce)


def _say(call: Call, fetched: Fetched) -> bytes:
    """What the answer's digest covers: items, page and rows as one canonical JSON object."""
    more = b"true" if fetched.after else b"false"
    return b'{"items":%b,"page":{"after":"%b","more":%b},"rows":%b}' % (
        items_json(call.items),
        fetched.after.encode(),
        more,
        fetched.rows,
    )


def _answered(
    sender: Sender,
    held: Held,
    call: Call,
    fetched: Fetched,
    said: bytes,
    body: bytes,
    salt: str,
    now: datetime,
) -> bytes:
    grant = held.grant
    return encode(
        Receipt(
            call=sender.nonce,
            at=to_second(now),
            session=sender.session,
            grant=grant.id,
            grant_digest=held.digest,
            consumer=grant.consumer.code,
            provider=grant.provider.code,
            resource_code=grant.resource_code,
            table_version=fetched.version,
            purpose=grant.purpose,
            scenario=grant.scenario,
            legal_basis=grant.legal_basis,
            items=call.items,
            outcome="answered",
            reasons=(),
            rows=fetched.count,
            bytes=len(fetched.rows),
            request_hash=salted(salt, body),
            answer_hash=salted(salt, said),
            mask_policy=held.mask_policy,
        )
    )


def _refused(
    desk: Desk,
    sender: Sender,
    held: Held | None,
    reasons: tuple[str, ...],
    body: bytes,
    now: datetime,
) -> bytes:
    """The receipt of a refused call: what the grant says. The caller's words may be personal."""
    grant = held.grant if held and held.grant.consumer_key == sender.consumer_key else None
    consumer = desk.book.consumer(sender.consumer_key)
    salt = _salt(desk, sender, now)
    return encode(
        Receipt(
            call=sender.nonce,
            at=to_second(now),
            session=sender.session,
            grant=held.grant.id if held else "",
            grant_digest=held.digest if held else "",
            consumer=consumer.code if consumer else "",
            provider=grant.provider.code if grant else "",
            resource_code=grant.resource_code if grant else "",
            table_version="",
            purpose=grant.purpose if grant else "",
            scenario=grant.scenario if grant else "",
            legal_basis=grant.legal_basis if grant else "",
            items=(),
            outcome="refused",
            reasons=reasons,
            rows=0,
            bytes=0,
            request_hash=salted(salt, body),
            answer_hash="",
            mask_policy=held.mask_policy if held else "",
        )
    )


def _assemble(
    log: str, said: bytes, receipt: bytes, recorded: Recorded, salt: str, age: int
) -> bytes:
    return (
        b'%b,"receipt":%b,"index":%d,"log":"%b","head":%b,"salt":"%b","revocations_age_seconds":%d}'
        % (
            said[:-1],
            receipt,
            recorded.index,
            log.encode(),
            recorded.head,
            salt.encode(),
            age,
        )
    )
