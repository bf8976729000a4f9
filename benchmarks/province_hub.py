"""A province's hub after two years: 500 units and 20 million receipts; measured from within.

A process of its own for each database: `python -m benchmarks.province_hub` prints its figures as
JSON. Receipts are written straight into the tables, their daily tallies from them by one sum.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from benchmarks.big_hub import _analyse as analyse
from benchmarks.big_hub import build

# Fewer for a try: the figures then say nothing.
RECEIPTS = int(os.environ.get("PROVINCE_RECEIPTS", "20000000"))
DAYS, USED_GRANTS, NODES = 730, 2_000, 50
BATCH, VISITS = 10_000, 9


def main() -> None:
    """Build the hub, take a batch before and after the receipts, and measure what reads them."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    build()
    found = {"take_empty": taken("empty")}
    began = time.perf_counter()
    fill()
    built = time.perf_counter() - began
    found["take_full"] = taken("full")
    found.update(read())
    print(json.dumps({"built": built, "figures": found}))


def taken(name: str) -> float:
    """Seconds to take in a batch of receipts of a node's new log."""
    from tests.use.node_log import NodeLedger
    from yunzhang import clock
    from yunzhang.gather.models import Node
    from yunzhang.protect.keys import SigningKey
    from yunzhang.share.models import GrantRow
    from yunzhang.use import usage

    key = SigningKey.generate(f"{name}.node")
    grant = GrantRow.objects.select_related("consumer", "provider", "resource").first()
    assert grant
    node = Node.objects.create(
        name=name, unit=grant.provider, address="http://127.0.0.1:1", key=key.public.text
    )
    ledger = NodeLedger(key, grant)
    ledger.answer(BATCH)
    batch = ledger.batch(0, BATCH)
    return timed(lambda: usage.take(node, batch, clock.now()))


def fill() -> None:
    """Two years of receipts and their daily tallies."""
    from django.db import connection

    from yunzhang.gather.models import Node
    from yunzhang.people.models import Unit
    from yunzhang.use.models import NodeLog

    units = list(Unit.objects.order_by("pk"))
    nodes = [
        Node(name=f"n{n}", unit=units[n % len(units)], address="http://127.0.0.1:1", key=f"k{n}")
        for n in range(NODES)
    ]
    logs = NodeLog.objects.bulk_create(
        NodeLog(node=node, size=RECEIPTS // NODES) for node in Node.objects.bulk_create(nodes)
    )
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor, without_indexes(cursor, postgres=postgres):
        cursor.execute(
            "CREATE TEMPORARY TABLE used AS SELECT row_number() OVER (ORDER BY g.id) - 1 AS at_, "
            "g.id, g.consumer_id, g.provider_id, r.code FROM share_grantrow g "
            f"JOIN gather_resource r ON r.id = g.resource_id ORDER BY g.id LIMIT {USED_GRANTS}"
        )
        cursor.execute("CREATE UNIQUE INDEX used_at ON used (at_)")
        cursor.execute(receipts(logs[0].pk, postgres=postgres))
        cursor.execute(tallies(postgres=postgres))
    analyse()


def receipts(first_log: int, *, postgres: bool) -> str:
    """One statement that writes every receipt: receipt n is of grant n modulo the grants in use."""
    day = f"(n / {USED_GRANTS}) % {DAYS}"
    if postgres:
        numbers = f"SELECT generate_series(0, {RECEIPTS - 1}) AS n"
        at = f"now() - ({day}) * interval '1 day'"
        leaf = "md5(n::text) || md5((n + 1)::text) || repeat('0123456789', 24)"
        flag = "false"
    else:
        numbers = (
            "WITH RECURSIVE count(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM count "
            f"WHERE n < {RECEIPTS - 1}) SELECT n FROM count"
        )
        at = f"datetime('now', '-' || ({day}) || ' days')"
        leaf = "hex(randomblob(32)) || '" + "0123456789" * 24 + "'"
        flag = "0"
    return (
        'INSERT INTO use_usage (log_id, "index", at, "grant", consumer_id, provider_id, '
        "resource_code, purpose, scenario, outcome, reasons, rows, bytes, leaf, discounted) "
        f"SELECT {first_log} + n % {NODES}, n / {NODES}, {at}, used.id, used.consumer_id, "
        "used.provider_id, used.code, '核对', '流调', "
        "CASE WHEN n % 97 = 0 THEN 'refused' ELSE 'answered' END, '', 3, 700, "
        f"{leaf}, {flag} FROM ({numbers}) AS numbers JOIN used ON used.at_ = n % {USED_GRANTS}"
    )


def tallies(*, postgres: bool) -> str:
    """One statement that sums the receipts by day and grant, as `use.usage` keeps them."""
    day = "(at AT TIME ZONE 'Asia/Shanghai')::date" if postgres else "date(at, '+8 hours')"
    outcome = "sum(CASE WHEN outcome = '{}' THEN 1 ELSE 0 END)"
    return (
        'INSERT INTO use_usageday (day, "grant", consumer_id, provider_id, resource_code, purpose, '
        "scenario, answered, refused, rows, bytes, discounted) "
        f'SELECT {day}, "grant", consumer_id, provider_id, resource_code, purpose, scenario, '
        f"{outcome.format('answered')}, {outcome.format('refused')}, sum(rows), sum(bytes), 0 "
        f"FROM use_usage WHERE leaf NOT LIKE '{{%' GROUP BY 1, 2, 3, 4, 5, 6, 7"
    )


@contextmanager
def without_indexes(cursor: Any, *, postgres: bool) -> Iterator[None]:
    """The receipts' plain indexes are made once at the end, not row by row."""
    if postgres:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'use_usage' "
            "AND indexdef NOT LIKE '%UNIQUE%'"
        )
    else:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'use_usage' "
            "AND sql IS NOT NULL AND sql NOT LIKE '%UNIQUE%'"
        )
    indexes = cursor.fetchall()
    for name, _sql in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _name, sql in indexes:
        cursor.execute(sql)


def read() -> dict[str, float]:
    """Seconds of what a province waits for: the freeze, the month's figures, the command screen."""
    from django.db import connection
    from django.db.models import Sum

    from yunzhang import clock
    from yunzhang.oversee.mapping import overview
    from yunzhang.oversee.scoring import scores, standings
    from yunzhang.people.models import Person, Unit
    from yunzhang.people.permissions import actor_of, pack
    from yunzhang.use.models import Usage, UsageDay

    today, units = clock.today(), list(Unit.objects.all())
    reviewer = actor_of(Person.objects.get(username="reviewer"), today)
    since = today - timedelta(days=pack().limit("overview.flow_days"))
    flows = UsageDay.objects.filter(day__gt=since).values_list("day", "consumer", "provider")
    found = {
        "freeze": timed(lambda: scores.freeze(reviewer, "two-years", today, why="季度评估")),
        "standings": timed(lambda: standings.keep(today)),
        "overview": median(lambda: overview.overview(units, today)),
        "receipts": Usage.objects.count(),
        "days": UsageDay.objects.count(),
    }
    bare = flows.annotate(Sum("answered"), Sum("refused")).order_by("day")
    sql, parameters = bare.query.sql_with_params()

    def scan() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            cursor.fetchall()

    return {**found, "scan": median(scan), "recount": timed(_recounted)}


def _recounted() -> None:
    """What the tallies save: the calls of every grant counted from the receipts themselves."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute('SELECT "grant", outcome, count(*), sum(rows) FROM use_usage GROUP BY 1, 2')
        cursor.fetchall()


def timed(do: Callable[[], Any]) -> float:
    """The seconds it takes, once."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def median(do: Callable[[], Any]) -> float:
    """The median seconds of some times."""
    return statistics.median(timed(do) for _ in range(VISITS))


if __name__ == "__main__":
    main()
