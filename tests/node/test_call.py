"""One call through the conductor: what is answered, what is logged, and what never is."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.node.staging import VILLAGES, Stage, where
from yunzhang import clock
from yunzhang.node.asked import Call, Page
from yunzhang.node.call import answer
from yunzhang.node.caller import check
from yunzhang.node.meter import Meter
from yunzhang.node.post import Post
from yunzhang.node.salts import Salts
from yunzhang.node.session import Sender
from yunzhang.protect.ledger import Ledger
from yunzhang.terms.document import decode, encode
from yunzhang.terms.faults import Refused
from yunzhang.terms.grant import Quota, Revocation
from yunzhang.terms.receipt import Receipt, salted


def ask(post: Post, stage: Stage, body: bytes, key: str | None = None) -> bytes:
    sender = Sender(os.urandom(16).hex(), key or stage.consumer.public.text, os.urandom(16).hex())
    return asyncio.run(answer(post.desk, sender, body))


def body(grant, **changes) -> bytes:
    fields = {"grant": grant.id, "purpose": grant.purpose, "items": grant.items}
    if "filter" not in changes:
        fields["key"] = {"代码": VILLAGES[5][0]}
    return encode(Call(**(fields | changes)))


def refusal(post, stage, asked, key=None) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        ask(post, stage, asked, key)
    return refused.value.codes


def last(post: Post) -> Receipt:
    ledger = post.desk.commit.ledger
    return decode(ledger.entry(ledger.size - 1), Receipt)


@pytest.fixture
def opened(stage: Stage):
    posts: list[Post] = []

    def open_post() -> Post:
        for post in posts:
            post.close()
        posts.append(Post.open(stage.home))
        return posts[-1]

    yield open_post
    for post in posts:
        post.close()


def test_an_answer_carries_a_receipt_that_covers_it_and_lies_in_the_log(stage, opened):
    grant = stage.grant()
    post = opened()
    asked = body(grant)

    found = check(ask(post, stage, asked), asked, stage.home.key.public)

    assert found.rows == [[VILLAGES[5][0], "第5村", "138****0005", "450000"]]
    assert post.desk.commit.ledger.entry(found.index).decode() == found.receipt_text
    assert (found.receipt.outcome, found.receipt.rows) == ("answered", 1)
    assert (found.receipt.purpose, found.receipt.legal_basis) == (grant.purpose, grant.legal_basis)
    assert found.receipt.mask_policy == grant.mask_policy
    assert found.receipt.answer_hash != salted("0" * 32, b"")


def test_an_answer_changed_on_the_way_is_found_out(stage, opened):
    grant = stage.grant()
    post = opened()
    asked = body(grant)
    told = ask(post, stage, asked)

    for changed in (
        told.replace("第5村".encode(), "第6村".encode()),
        told.replace(b'"index":0', b'"index":7'),
    ):
        with pytest.raises(Refused) as refused:
            check(changed, asked, stage.home.key.public)
        assert refused.value.codes == ("answer.unproven",)
    with pytest.raises(Refused):
        check(told, body(grant, items=("代码",)), stage.home.key.public)


def test_a_refused_call_is_logged_with_all_its_reasons(stage, opened):
    grant = stage.grant()
    post = opened()

    codes = refusal(post, stage, body(grant, purpose="营销", items=("密码",)))

    assert codes == ("purpose.other", "items.outside")
    assert (last(post).outcome, last(post).reasons, last(post).rows) == ("refused", codes, 0)


def test_what_cannot_be_read_or_is_unknown_is_logged_too(stage, opened):
    stage.grant()
    post = opened()
    stranger = stage.draft()

    assert refusal(post, stage, b"{") == ("document.malformed",)
    assert refusal(post, stage, body(stranger)) == ("grant.unknown",)
    assert refusal(post, stage, body(stage.issued[0]), key="someone+1+x") == (
        "grant.other_consumer",
    )
    assert post.desk.commit.ledger.size == 3


def test_neither_payload_nor_question_enters_the_log(stage, opened):
    grant = stage.grant()
    post = opened()
    secrets = ["身份证110101199003070134", "13812345678"]

    ask(post, stage, body(grant, filter=(where("县", "eq", "450003"),)))
    ask(post, stage, body(grant))
    for secret in secrets:
        refusal(post, stage, body(grant, purpose=secret))
        refusal(post, stage, body(grant, items=(secret,)))
        refusal(post, stage, encode({"grant": secret}))
        refusal(post, stage, body(stage.draft(id=secret)))
        ask(post, stage, body(grant, key={"代码": secret}))

    logged = b"".join(file.read_bytes() for file in stage.home.log.rglob("*") if file.is_file())
    said = {value for row in VILLAGES[300:400] + VILLAGES[5:6] for value in row[:3]}
    asked = {"450003", *secrets}
    assert not [value for value in said | asked if value.encode() in logged]


@pytest.mark.parametrize(
    ("state", "code"), [("suspended", "grant.suspended"), ("ended", "grant.revoked")]
)
def test_a_revoked_grant_opens_nothing(stage, opened, state, code):
    grant = stage.grant()
    stage.revoke(Revocation(grant=grant.id, state=state, at=datetime.now(UTC)))

    assert refusal(opened(), stage, body(grant)) == (code,)


def test_a_stale_revocation_list_stops_the_node_and_a_fresh_one_starts_it(stage, opened):
    grant = stage.grant()
    (stage.home.folder / "revocations").unlink()
    stage.revoke(age_seconds=86_500)
    assert refusal(opened(), stage, body(grant)) == ("revocations.stale",)

    stage.revoke(age_seconds=100)
    told = ask(opened(), stage, body(grant))

    assert b'"revocations_age_seconds":10' in told


def test_the_quota_is_counted_by_the_log_and_survives_a_restart(stage, opened):
    quota = Quota(calls_a_day=3, rows_a_day=1000, calls_a_second=100, rows_a_page=10)
    grant = stage.grant(quota=quota)
    post = opened()
    ask(post, stage, body(grant))
    ask(post, stage, body(grant))
    refusal(post, stage, body(grant, purpose="营销"))

    post = opened()
    ask(post, stage, body(grant))

    assert refusal(post, stage, body(grant)) == ("quota.calls",)


def test_rows_beyond_the_daily_quota_are_not_given(stage, opened):
    quota = Quota(calls_a_day=10, rows_a_day=15, calls_a_second=100, rows_a_page=10)
    grant = stage.grant(quota=quota)
    post = opened()
    pages = [ask(post, stage, body(grant, filter=())) for _ in range(2)]

    counts = [
        check(page, body(grant, filter=()), stage.home.key.public).receipt.rows for page in pages
    ]

    assert counts == [10, 5]
    assert refusal(opened(), stage, body(grant, filter=())) == ("quota.rows",)


def test_too_many_calls_in_a_second_are_refused(stage, opened):
    quota = Quota(calls_a_day=100, rows_a_day=1000, calls_a_second=2, rows_a_page=10)
    grant = stage.grant(quota=quota)
    post = opened()
    meter, noon = post.desk.meter, clock.now().timestamp()

    tries = [meter.usage(grant.id, noon).calls_this_second for _ in range(3)]
    next_second = meter.usage(grant.id, noon + 1).calls_this_second

    assert (tries, next_second) == ([0, 1, 2], 0)


def test_a_call_that_fails_gives_its_share_of_the_quota_back(stage, opened):
    quota = Quota(calls_a_day=2, rows_a_day=20, calls_a_second=100, rows_a_page=10)
    grant = stage.grant(quota=quota)
    post = opened()

    for _ in range(3):
        refusal(post, stage, body(grant, filter=(), page=Page(after="?")))

    assert post.desk.meter.usage(grant.id, clock.now().timestamp()).calls_today == 0


def test_without_a_durable_record_there_is_no_answer(stage, opened):
    grant = stage.grant()
    post = opened()
    post.desk.commit.ledger.close()

    assert refusal(post, stage, body(grant)) == ("ledger.unwritable",)
    assert refusal(post, stage, body(grant, purpose="营销")) == ("ledger.unwritable",)
    assert post.desk.meter.usage(grant.id, clock.now().timestamp()).calls_today == 0


def test_calls_at_once_share_one_group_and_each_has_its_own_index(stage, opened):
    grant = stage.grant()
    post = opened()
    appended: list[int] = []
    append = post.desk.commit.ledger.append

    def counted(group):
        appended.append(len(group))
        return append(group)

    post.desk.commit.ledger.append = counted

    async def together():
        senders = [Sender("s", stage.consumer.public.text, f"{n:032x}") for n in range(20)]
        return await asyncio.gather(*(answer(post.desk, sender, body(grant)) for sender in senders))

    told = asyncio.run(together())

    found = [check(each, body(grant), stage.home.key.public) for each in told]
    assert sorted(each.index for each in found) == list(range(20))
    assert {each.receipt.call: each.index for each in found} == {
        decode(post.desk.commit.ledger.entry(index), Receipt).call: index for index in range(20)
    }
    assert appended == [20]


def test_a_salt_is_told_to_the_caller_and_gone_once_its_day_is_erased(tmp_path):
    day = date(2026, 3, 1)
    salts = Salts(tmp_path)
    first = salts.salt(day, "s", "c")

    assert Salts(tmp_path).salt(day, "s", "c") == first
    assert salts.salt(day, "s", "d") != first
    assert salts.erase(day)
    assert not salts.erase(day)
    assert salts.salt(day, "s", "c") != first


def test_a_day_key_cut_short_by_a_crash_is_made_anew(tmp_path):
    (tmp_path / "2026-03-01.key").write_bytes(b"")

    assert len(Salts(tmp_path).salt(date(2026, 3, 1), "s", "c")) == 32
    assert (tmp_path / "2026-03-01.key").stat().st_size == 32


def test_the_meter_counts_a_beijing_day(stage, tmp_path):
    grant = stage.draft()
    midnight = datetime(2026, 3, 1, 16, tzinfo=UTC)  # 00:00 in Beijing
    template = Receipt(
        call="c",
        at=midnight,
        session="s",
        grant=grant.id,
        grant_digest="",
        consumer="",
        provider="",
        resource_code="",
        table_version="",
        purpose="",
        scenario="",
        legal_basis="",
        items=(),
        outcome="answered",
        reasons=(),
        rows=2,
        bytes=0,
        request_hash="",
        answer_hash="",
        mask_policy="",
    )
    moments = [midnight, midnight + timedelta(hours=3)]
    from msgspec.structs import replace

    with Ledger.open(tmp_path / "log", stage.home.key) as ledger:
        yesterday = encode(replace(template, at=midnight - timedelta(seconds=1)))
        ledger.append([yesterday] * 3000)
        ledger.append([encode(replace(template, at=moment)) for moment in moments])
        meter = Meter.rebuilt(ledger, midnight + timedelta(hours=4))
        today = meter.usage(grant.id, (midnight + timedelta(hours=4)).timestamp())
        tomorrow = meter.usage(grant.id, (midnight + timedelta(hours=25)).timestamp())

    assert (today.calls_today, today.rows_today) == (2, 4)
    assert tomorrow.calls_today == 0
