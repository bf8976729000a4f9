"""Cage plans: what each rule asks of its tables, as SQL over sources and fields by their names.

Every plan gives back (subject, source, row_): the rows that together are one hit. A number in
braces is a threshold; `{has_x}` is true where the optional field x is bound. Pure text.
"""

from __future__ import annotations

from collections.abc import Mapping

from yunzhang.engines.check_sql import listed
from yunzhang.terms.cage import Plan

# Open tender, as notices write it; what the pack calls by another name is no open tender.
OPEN_TENDER = ("公开招标", "公开招投标")

SPLIT = """
SELECT held.number AS subject, 'projects' AS source, unnest(held.parts) AS row_
FROM (
  SELECT a.row_, any_value(a.number) AS number, list(b.row_ ORDER BY b.row_) AS parts
  FROM projects a JOIN projects b
    ON a.buyer = b.buyer AND jaccard(a.name, b.name) * 100 >= {alike_percent}
  WHERE a.amount < {tender_yuan} AND b.amount < {tender_yuan}
    AND coalesce(a.method NOT IN ({open}), true) AND coalesce(b.method NOT IN ({open}), true)
    AND ((a.noticed_on IS NULL AND b.noticed_on IS NULL)
      OR b.noticed_on BETWEEN a.noticed_on AND a.noticed_on + {window_days})
  GROUP BY a.row_
  HAVING count(*) > 1 AND sum(b.amount) > {tender_yuan}
) held
"""

BELOW = """
SELECT number AS subject, 'projects' AS source, row_ FROM projects
WHERE amount < {tender_yuan} AND amount * 100 >= {tender_yuan} * (100 - {within_percent})
  AND method NOT IN ({open})
"""

UNTENDERED = """
SELECT number AS subject, 'projects' AS source, row_ FROM projects
WHERE amount >= {tender_yuan} AND method NOT IN ({open})
  AND (NOT {has_approval} OR approval IS NULL)
"""

UNSTATED = """
SELECT number AS subject, 'projects' AS source, row_ FROM projects
WHERE method IS NULL OR ({has_reason} AND reason IS NULL AND method NOT IN ({open}))
"""

REPEATED = """
SELECT number AS subject, 'projects' AS source, row_ FROM projects
WHERE number IN (SELECT number FROM projects GROUP BY number HAVING count(*) >= {times})
"""

BUDGET = """
SELECT number AS subject, 'projects' AS source, row_ FROM projects
WHERE amount IS NULL OR amount < {least_yuan}
"""

HURRIED = """
SELECT number AS subject, 'tenders' AS source, row_ FROM tenders
WHERE closes_on - issued_on < {least_days}
"""

ONE_HEAD = """
SELECT DISTINCT a.number AS subject, 'bids' AS source, a.row_
FROM bids a JOIN bids b ON a.number = b.number AND a.bidder <> b.bidder
WHERE a.head = b.head OR a.address = b.address
"""

RELATED = """
WITH ties AS (
  SELECT a.number, a.row_ AS award, b.row_ AS buyer_tie, w.row_ AS winner_tie
  FROM awards a
  JOIN relations b ON b.organisation = a.buyer
  JOIN relations w ON w.organisation = a.winner AND w.person = b.person
  WHERE a.buyer <> a.winner
)
SELECT number AS subject, 'awards' AS source, award AS row_ FROM ties
UNION SELECT number, 'relations', buyer_tie FROM ties
UNION SELECT number, 'relations', winner_tie FROM ties
"""

AFTER_DEATH = """
WITH late AS (
  SELECT p.person_id, p.row_ AS payment, d.row_ AS death
  FROM payments p JOIN deaths d ON p.person_id = d.dead_id
  WHERE p.paid_on > d.died_on + {grace_days}
)
SELECT person_id AS subject, 'payments' AS source, payment AS row_ FROM late
UNION SELECT person_id, 'deaths', death FROM late
"""

TWO_PAYROLLS = """
WITH twice AS (
  SELECT person_id, month FROM payroll GROUP BY ALL HAVING count(DISTINCT employer) > 1
), long AS (
  SELECT person_id FROM twice GROUP BY ALL HAVING count(*) >= {least_months}
)
SELECT person_id AS subject, 'payroll' AS source, row_ FROM payroll
WHERE (person_id, month) IN (SELECT (person_id, month) FROM twice)
  AND person_id IN (SELECT person_id FROM long)
"""

BEYOND = """
SELECT number AS subject, 'approvals' AS source, row_ FROM approvals
WHERE amount > most AND (amount - most) * 100 >= most * {over_percent}
"""

# `working_days(a, b)` counts those after a up to and with b, by the calendar of the run.
OVERDUE = """
SELECT number AS subject, 'approvals' AS source, row_ FROM approvals
WHERE ("decided_on as written" IS NULL OR decided_on IS NOT NULL)
  AND working_days(accepted_on, coalesce(decided_on, today()))
  > coalesce(own_limit, {most_days} + CASE WHEN extended IS NULL THEN 0 ELSE {more_days} END)
    + coalesce(deducted, 0)
"""

SWIFT = """
WITH taken AS (
  SELECT number, row_, matter, working_days(accepted_on, decided_on) AS days FROM approvals
  WHERE decided_on >= accepted_on
), usual AS (
  SELECT matter, median(days) AS days FROM taken GROUP BY ALL HAVING count(*) >= {least_cases}
)
SELECT number AS subject, 'approvals' AS source, row_ FROM taken JOIN usual USING (matter)
WHERE taken.days * 100 < usual.days * {of_percent}
"""

PLANS: dict[Plan, str] = {
    "split": SPLIT,
    "below": BELOW,
    "untendered": UNTENDERED,
    "unstated": UNSTATED,
    "repeated": REPEATED,
    "budget": BUDGET,
    "hurried": HURRIED,
    "one_head": ONE_HEAD,
    "related": RELATED,
    "after_death": AFTER_DEATH,
    "two_payrolls": TWO_PAYROLLS,
    "beyond": BEYOND,
    "overdue": OVERDUE,
    "swift": SWIFT,
}


def written(plan: Plan, numbers: Mapping[str, int], bound: Mapping[str, bool]) -> str:
    """The plan with its numbers in place; `bound` says of each field whether it has a column."""
    known = {f"has_{field}": str(yes).lower() for field, yes in bound.items()}
    figures = {id: str(int(number)) for id, number in numbers.items()}
    return PLANS[plan].format(open=listed(OPEN_TENDER), **known, **figures).strip()
