"""Boards: the ranking, the red and the black board of a period, published with their reasons.

Who stands on a board follows from the frozen scores and the pack's row. What is published is an
issue: numbered, signed, never changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Max

from yunzhang.oversee.models import BoardIssue, Score
from yunzhang.oversee.scoring import appeals, scores
from yunzhang.people.act import act
from yunzhang.people.hub_key import hub_key, sign
from yunzhang.people.permissions import Actor, pack
from yunzhang.protect.keys import open_signed
from yunzhang.terms.document import decode, digest
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import FaultKind, Refused, Text
from yunzhang.terms.pack_score_rows import BoardRule
from yunzhang.terms.published_list import KIND, Line, PublishedList
from yunzhang.terms.signed import Signed

RANKING = appeals.RANKING
COLUMNS = ("单位代码", "单位", "位次", "得分", "已测指标", "上榜依据", "条款", "在办申诉")

BOARD_UNKNOWN = FaultKind(
    "board.unknown",
    404,
    Text("政策包没有“{board}”这一榜单。", "The pack has no board “{board}”."),
    Text("从榜单页选择。", "Choose one on the page of boards."),
)
BOARD_UNMEASURED = FaultKind(
    "board.unmeasured",
    409,
    Text(
        "“{board}”没有上榜条件，不能发布。",
        "“{board}” has no measure, so it cannot be published.",
    ),
    Text(
        "由主管部门在本地政策包中写明上榜条件。",
        "Have the authority state a measure as a row of a local pack.",
    ),
)
BOARD_SAME = FaultKind(
    "board.nothing_new",
    409,
    Text("与第 {number} 号完全相同，无需再发布。", "Nothing has changed since issue {number}."),
    Text("分数更正后再发布。", "Publish again once a score was corrected."),
)
SCORES_MISSING = FaultKind(
    "board.no_scores",
    409,
    Text("{period} 还没有冻结的评分。", "No scores are frozen for {period}."),
    Text("先冻结该时期的评分。", "Freeze the scores of the period first."),
)


@dataclass(frozen=True)
class Stand:
    """A unit on a board: by which row, by which figure in percent, at which place."""

    rule: BoardRule
    score: Score
    place: int | None
    value: Decimal

    @property
    def reason(self) -> Text:
        """Why it stands there, in a sentence."""
        names = {row.id: row for row in pack().indicators}
        row = names.get(self.rule.indicator)
        zh, en = (row.zh, row.en) if row else ("总分", "Total score")
        low, high = self.rule.at_least, self.rule.below
        if low is not None:
            return Text(f"{zh} {self.value}，不低于 {low}", f"{en} {self.value}, at least {low}")
        return Text(f"{zh} {self.value}，低于 {high}", f"{en} {self.value}, below {high}")


def rules() -> tuple[BoardRule, ...]:
    """The boards of the pack in force, the red ones first."""
    return tuple(sorted(pack().boards, key=lambda row: row.colour != "red"))


def stands(period: str, wanted: Iterable[BoardRule]) -> list[Stand]:
    """Who stands on these boards in a period, in the order of the ranking."""
    ranked = scores.ranking(period)
    placed = list(zip(scores.places(ranked), ranked, strict=True))
    found = []
    for rule in wanted:
        for place, score in placed:
            value = _value(rule, score)
            if value is not None and reaches(rule, value):
                found.append(Stand(rule, score, place, value))
    return found


def reaches(rule: BoardRule, value: Decimal) -> bool:
    """Whether a figure of this size brings a unit onto the board."""
    if not rule.measures:
        return False
    enough = rule.at_least is None or value >= rule.at_least
    return enough and (rule.below is None or value < rule.below)


def publish(actor: Actor, board: str, period: str, *, why: str) -> BoardIssue:
    """Issue a board or the ranking of a period; refused when it is as it was last issued."""
    rule = _rule(board)
    with act(actor, Deed.LIST_PUBLISHED, unit=actor.unit, why=why) as deeds:
        issues = BoardIssue.objects.select_for_update().filter(board=board)
        lines = tuple(_lines(period, rule))
        if not scores.current().filter(period=period).exists():
            raise Refused(SCORES_MISSING(period=period))
        before = latest(board, period)
        if before and opened(before).lines == lines:
            raise Refused(BOARD_SAME(number=before.number))
        document = PublishedList(
            list=f"board:{board}",
            number=(issues.aggregate(last=Max("number"))["last"] or 0) + 1,
            title=f"{period} {rule.zh if rule else '评分排名'}",
            issued_by=actor.unit.name if actor.unit else "",
            issued_at=deeds.at,
            columns=COLUMNS,
            lines=lines,
        )
        issue = BoardIssue.objects.create(
            board=board,
            number=document.number,
            period=period,
            unit=actor.unit,
            issued_at=deeds.at,
            issued_by=actor.person,
            lines=len(lines),
            signed=sign(KIND, document),
        )
        deeds.subject = f"board:{board}/{document.number}"
        deeds.content.update(period=period, lines=len(lines), digest=digest(issue.signed.encode()))
    return issue


def latest(board: str, period: str) -> BoardIssue | None:
    """The last issue of a board for a period."""
    return BoardIssue.objects.filter(board=board, period=period).order_by("-number").first()


def opened(issue: BoardIssue) -> PublishedList:
    """The issue as it was signed, its signature checked."""
    return open_signed(decode(issue.signed, Signed), KIND, PublishedList, (hub_key().public,))


def _rule(board: str) -> BoardRule | None:
    """The pack's row of a board, None for the ranking; raises `board.unknown`."""
    if board == RANKING:
        return None
    rule = next((row for row in pack().boards if row.id == board), None)
    if rule is None:
        raise Refused(BOARD_UNKNOWN(board=board))
    if not rule.measures:
        raise Refused(BOARD_UNMEASURED(board=rule.zh))
    return rule


def _lines(period: str, rule: BoardRule | None) -> Iterable[Line]:
    waiting = appeals.pending(period)
    if rule is None:
        ranked = scores.ranking(period)
        for place, score in zip(scores.places(ranked), ranked, strict=True):
            yield _line(score, place, "", "", waiting)
        return
    clause = f"{rule.cite.document} {rule.cite.clause}"
    for one in stands(period, (rule,)):
        yield _line(one.score, one.place, one.reason.zh, clause, waiting)


def _line(
    score: Score, place: int | None, reason: str, clause: str, waiting: dict[str, int]
) -> Line:
    unit = score.unit
    total = "" if score.total is None else str(score.total)
    open_now = waiting.get(unit.code, 0)
    return (
        unit.code,
        unit.name,
        "" if place is None else str(place),
        total,
        str(score.measured),
        reason,
        clause,
        str(open_now) if open_now else "",
    )


def _value(rule: BoardRule, score: Score) -> Decimal | None:
    if not rule.indicator:
        return score.total if scores.is_ranked(score) else None
    found = scores.shown(score).get(rule.indicator)
    return None if found is None or found["percent"] is None else Decimal(found["percent"])
