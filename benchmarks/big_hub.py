"""A province's hub: 500 units, 50,000 entries, 20,000 running limits; measured from within.

A process of its own for each database: `python -m benchmarks.big_hub` prints its figures as JSON.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

UNITS, ENTRIES, CLOCKS, GRANTS = 500, 50_000, 20_000, 5_000
VISITS = 20
AT_ONCE = 5_000
PEOPLE = {
    "reviewer": (0, "sharing_authority"),
    "chief": (1, "cloud_chief"),
    "provider": (1, "provider_officer"),
    "consumer": (2, "consumer_officer"),
    "head": (1, "sharing_body_head"),
}
DRAFT = '{"title":"资源"}'


def main() -> None:
    """Build the hub and print how long its pages and its worker's sweep take, in milliseconds."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    build()
    built = time.perf_counter() - began
    found = {f"{who} {address}": visits(who, address) for who in PEOPLE for address in PAGES}
    found["sweep"] = swept()
    print(json.dumps({"built": built, "figures": found}))


PAGES = ("/", "/queue")


def visits(who: str, address: str) -> dict[str, float]:
    """The median of some visits to a page by this person, and the queries of one."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from yunzhang.people.models import Person

    client = Client(headers={"host": "localhost"})
    client.force_login(Person.objects.get(username=who))
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    asked = len(queries)  # the next visit forgets them
    times = []
    for _ in range(VISITS):
        began = time.perf_counter()
        answer = client.get(address)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.status_code
    return {"ms": statistics.median(times), "queries": asked}


def swept() -> dict[str, float]:
    """One sweep of the worker over all limits, with nothing to tell."""
    from yunzhang import clock
    from yunzhang.people import watch

    began = time.perf_counter()
    told = watch.sweep(clock.today())
    assert not told, told[:3]
    return {"ms": (time.perf_counter() - began) * 1000, "queries": 0}


def build() -> None:
    """Everything in bulk: what verbs would write, without their facts."""
    from yunzhang import clock
    from yunzhang.people import calendar, founding

    today = clock.today()
    made = founding.found(
        [
            founding.NewUnit(_code(n), f"第{n}厅局", f"{n}局", "province", "", is_authority=n == 0)
            for n in range(UNITS)
        ],
        [
            founding.NewPerson(name, name, "a-long-word-of-entry-9", ((_code(n), role),))
            for name, (n, role) in PEOPLE.items()
        ],
        date(today.year - 1, 1, 1),
    )
    units = [made.units[_code(n)] for n in range(UNITS)]
    persons = made.persons
    from yunzhang.people.permissions import actor_of

    calendar.import_published(actor_of(persons["reviewer"], today), why="国务院办公厅通知")
    resources = _entries(units, persons["provider"], today)
    asked = _requests(units, resources, persons["consumer"])
    _limits(units, asked, today)
    _granted(units, asked, today)
    _wrong(units, resources, today)
    _scored(units)
    _analyse()


def _entries(units: list[Any], person: Any, today: date) -> list[Any]:
    from yunzhang.gather.models import EntryVersion, Resource

    resources = [Resource(code=f"307001/{n:06}", unit=units[n % UNITS]) for n in range(ENTRIES)]
    _kept(Resource, resources)
    _kept(
        EntryVersion,
        (
            EntryVersion(
                resource=one, number=1, state="published", draft=DRAFT, title=f"资源{n}",
                classification="307001", share_type="2", drafted_by=person, published_on=today,
            )
            for n, one in enumerate(resources)
        ),
    )  # fmt: skip
    return resources


def _requests(units: list[Any], resources: list[Any], person: Any) -> list[Any]:
    from yunzhang import clock
    from yunzhang.share.models import ShareRequest

    now = clock.now()
    # One in forty is asked by the consumer whose desk is measured, of the provider measured.
    asked = [
        ShareRequest(
            number=f"SQ-{n:06}", consumer=units[2 if n % 40 == 0 else n * 7 % UNITS],
            provider=units[1 if n % 40 == 1 else n % UNITS], resource=resources[n % ENTRIES],
            state="applied", legal_basis="条例", scenario="流调", purpose=f"用途{n}", items="[]",
            delivery="service_api", duration_days=180, drafted_by=person, applied_at=now,
        )
        for n in range(CLOCKS)
    ]  # fmt: skip
    return _kept(ShareRequest, asked)


def _limits(units: list[Any], asked: list[Any], today: date) -> None:
    from yunzhang.people.models import Clock, Turn

    # From two weeks late to a month ahead; what is over was told already.
    held = [
        Clock(
            rule="C2" if n % 20 == 0 else "C4", subject=f"request:{one.pk}", reference=one.number,
            unit=units[0] if n % 20 == 0 else one.provider, days=10, document="国务院令第809号",
            clause="第二十一条", started_on=today - timedelta(days=14),
            due_on=(due := today + timedelta(days=n % 45 - 14)), warned_on=today,
            expired_on=today if due < today else None, escalated_on=today if due < today else None,
        )
        for n, one in enumerate(asked)
    ]  # fmt: skip
    _kept(Clock, held)
    _kept(
        Turn,
        (
            Turn(
                subject=clock.subject, reference=clock.reference, procedure="request_conditional",
                step="applied", deed_zh="提供部门答复", deed_en="Reply", title=one.purpose,
                role="sharing_authority" if n % 20 == 0 else "sharing_body_head",
                unit=None if n % 20 == 0 else clock.unit, clock=clock, since=today,
            )
            for n, (clock, one) in enumerate(zip(held, asked, strict=True))
        ),
    )  # fmt: skip


def _granted(units: list[Any], asked: list[Any], today: date) -> None:
    from yunzhang import clock
    from yunzhang.gather.models import Node
    from yunzhang.share.models import GrantRow
    from yunzhang.use.models import UsageDay

    now = clock.now()
    node = Node.objects.create(name="node", unit=units[1], address="http://127.0.0.1:1", key="k")
    _kept(
        GrantRow,
        (
            GrantRow(
                id=f"g-{n}", request=one, node=node, consumer=one.consumer, provider=one.provider,
                resource=one.resource, state_at=now, issued_at=now - timedelta(days=60),
                until=now + timedelta(days=n % 300), signed="{}", first_fetched_at=now,
            )
            for n, one in enumerate(asked[:GRANTS])
        ),
    )  # fmt: skip
    _kept(
        UsageDay,
        (
            UsageDay(
                day=today - timedelta(days=back), grant=f"g-{n}", consumer=asked[n].consumer,
                provider=asked[n].provider, answered=5, rows=50,
            )
            for n in range(0, GRANTS, 2)
            for back in range(30)
        ),
    )  # fmt: skip


def _wrong(units: list[Any], resources: list[Any], today: date) -> None:
    from yunzhang import clock
    from yunzhang.gather.models import Drift
    from yunzhang.people.models import Turn

    now, drifted = clock.now(), resources[::25]
    _kept(
        Drift,
        (
            Drift(resource=one, kind="stale", sentence_zh="旧", sentence_en="old", found_at=now)
            for one in drifted
        ),
    )
    _kept(
        Turn,
        (
            Turn(
                subject=f"{step}:{one.code}", reference=one.code, procedure="", step=step,
                deed_zh="处理", deed_en="Mend", title=one.code, role="provider_officer",
                unit=units[1 if n % 10 == 0 else n % UNITS], since=today,
            )
            for step in ("drift", "verdict")
            for n, one in enumerate(drifted)
        ),
    )  # fmt: skip


def _scored(units: list[Any]) -> None:
    from yunzhang import clock
    from yunzhang.oversee.models import Score

    now = clock.now()
    _kept(
        Score,
        (
            Score(
                unit=unit, period=f"2026Q{quarter}", frozen_at=now - timedelta(days=400 - quarter),
                total=50 + n % 50, measured=3, figures="[]" + " " * 4000, signed="{}",
            )
            for quarter in range(1, 9)
            for n, unit in enumerate(units)
        ),
    )  # fmt: skip


def _analyse() -> None:
    """What the database's own housekeeping does by itself in a hub that grew to this size."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _kept(model: Any, rows: Iterable[Any]) -> list[Any]:
    held: list[Any] = []
    for part in _parts(rows):
        held += model.objects.bulk_create(part)
    return held


def _parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while part := list(islice(left, AT_ONCE)):
        yield part


def _code(serial: int) -> str:
    from yunzhang.terms.identifiers import credit_check, org_check

    stem = f"MT{serial:06d}"
    body = f"11450000{stem}{org_check(stem)}"
    return body + credit_check(body)


if __name__ == "__main__":
    main()
