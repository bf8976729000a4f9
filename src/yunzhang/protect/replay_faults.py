"""Replay faults: what can be wrong with a frozen score, each with what to do about it."""

from __future__ import annotations

from yunzhang.terms.faults import FaultKind, Text

_DO_NOT_RELY = Text(
    "不要采信，向主管部门和监督部门报告。",
    "Do not rely on it; report it to the authority and to the overseer.",
)

NOTHING_FROZEN = FaultKind(
    "replay.nothing_frozen",
    404,
    Text("这里没有 {period} 的评分。", "There are no scores of {period} here."),
    Text("核对时期和单位代码。", "Check the period and the unit's code."),
)
FACT_MISSING = FaultKind(
    "replay.fact_missing",
    422,
    Text(
        "日志中没有 {period} 第 {version} 版评分的冻结记录（{unit}）。",
        "The log holds no fact of freezing version {version} of {period} for {unit}.",
    ),
    Text(
        "刚冻结的，等后台写入日志后再试；否则不要采信。",
        "If it was frozen just now, wait until the log holds it; otherwise do not rely on it.",
    ),
)
TOLD_DIFFERS = FaultKind(
    "replay.told_differs",
    422,
    Text(
        "日志条目 {place} 的内容与其摘要不符。", "What is told of entry {place} is not its digest."
    ),
    _DO_NOT_RELY,
)
SIGNED_DIFFERS = FaultKind(
    "replay.signed_differs",
    422,
    Text(
        "{unit} 的签名评分与冻结时记入日志的摘要不符。",
        "The signed score of {unit} is not the one whose digest was logged.",
    ),
    _DO_NOT_RELY,
)
BASIS_DIFFERS = FaultKind(
    "replay.basis_differs",
    422,
    Text(
        "{unit} 的评分底稿与冻结时记入日志的摘要不符。",
        "The basis of {unit} is not the one whose digest was logged.",
    ),
    _DO_NOT_RELY,
)
LEAF_MISSING = FaultKind(
    "replay.leaf_missing",
    422,
    Text(
        "{unit} 的记录 {row} 所依据的日志条目不存在：{log} {place}。",
        "The entry that record {row} of {unit} stands on is missing: {log} {place}.",
    ),
    _DO_NOT_RELY,
)
LEAF_DIFFERS = FaultKind(
    "replay.leaf_differs",
    422,
    Text(
        "{unit} 的记录 {row} 所依据的日志条目不是底稿所记的那一条：{log} {place}。",
        "The entry that record {row} of {unit} stands on is another: {log} {place}.",
    ),
    _DO_NOT_RELY,
)
ROW_DISAGREES = FaultKind(
    "replay.row_disagrees",
    422,
    Text(
        "{unit} 的记录 {row}：底稿的“{field}”与日志条目 {place} 所说不一致。",
        "Record {row} of {unit}: its {field} is not what entry {place} says.",
    ),
    _DO_NOT_RELY,
)
ROW_MISSING = FaultKind(
    "replay.row_missing",
    422,
    Text(
        "{unit} 的底稿缺少指标 {indicator} 所计的记录 {row}。",
        "The basis of {unit} lacks record {row}, which {indicator} counts.",
    ),
    _DO_NOT_RELY,
)
RULE_DIFFERS = FaultKind(
    "replay.rule_differs",
    422,
    Text(
        "{unit} 的指标 {indicator}：记录 {row} 按规则应为“{wanted}”，底稿却记为“{found}”。",
        "{indicator} of {unit}: by its rule record {row} is “{wanted}”, the basis says “{found}”.",
    ),
    _DO_NOT_RELY,
)
SCORE_DIFFERS = FaultKind(
    "replay.score_differs",
    422,
    Text(
        "{unit} 的签名评分与由底稿重算的不是同样的字节。",
        "The signed score of {unit} is not byte for byte what its basis gives.",
    ),
    _DO_NOT_RELY,
)
TOTAL_DIFFERS = FaultKind(
    "replay.total_differs",
    422,
    Text(
        "{unit} 的总分不能由其指标得出。", "The total of {unit} does not follow from its figures."
    ),
    _DO_NOT_RELY,
)
DUE_DIFFERS = FaultKind(
    "replay.due_differs",
    422,
    Text(
        "{unit} 的时限 {row}：按起算日、天数和日志中的工作日历应于 {wanted} 届满，"
        "记录却为 {found}。",
        "The limit {row} of {unit}: by its start, its days and the logged calendar it fell due on "
        "{wanted}, the record says {found}.",
    ),
    _DO_NOT_RELY,
)
ROW_LEFT_OUT = FaultKind(
    "replay.row_left_out",
    422,
    Text(
        "{unit} 的指标 {indicator} 漏计了记录 {row}：日志第 {place} 条有它，按规则应为“{wanted}”。",
        "{indicator} of {unit} leaves out record {row}: entry {place} of the log tells of it, and "
        "by its rule it is “{wanted}”.",
    ),
    _DO_NOT_RELY,
)
ROW_SURPLUS = FaultKind(
    "replay.row_surplus",
    422,
    Text(
        "{unit} 的指标 {indicator} 多计了记录 {row}：日志中没有这样一条应计的记录。",
        "{indicator} of {unit} counts record {row}, which the log does not give it to count.",
    ),
    _DO_NOT_RELY,
)
DISCOUNT_DIFFERS = FaultKind(
    "replay.discount_differs",
    422,
    Text(
        "{unit} 的底稿所列不再计入的记录与日志不一致：{rows}。",
        "The records that {unit}'s basis counts no more are not those of the log: {rows}.",
    ),
    _DO_NOT_RELY,
)
UNIT_LEFT_OUT = FaultKind(
    "replay.unit_left_out",
    422,
    Text(
        "{period} 的评分漏掉了日志中已登记的单位 {unit}。",
        "The scores of {period} leave out the unit {unit}, which the log has as registered.",
    ),
    _DO_NOT_RELY,
)
RECORD_WITHHELD = FaultKind(
    "replay.record_withheld",
    422,
    Text(
        "日志第 {place} 条带有 {unit} 一条 {kind} 记录的标记，记录本身没有出示。",
        "Entry {place} of the log bears the mark of a {kind} record of {unit}; it is not shown.",
    ),
    Text(
        "要求出示该记录；不出示的不要采信。",
        "Ask for the record; without it, do not rely on this.",
    ),
)
MARK_MISSING = FaultKind(
    "replay.mark_missing",
    422,
    Text(
        "日志第 {place} 条（{subject}）没有标明它改变了哪条 {kind} 记录。",
        "Entry {place} of the log ({subject}) bears no mark of the {kind} record it changed.",
    ),
    _DO_NOT_RELY,
)
LIMIT_MISSING = FaultKind(
    "replay.limit_missing",
    422,
    Text(
        "日志中的共享申请 {subject} 没有任何答复时限的记录。",
        "The log has the request {subject} and no limit for its reply.",
    ),
    _DO_NOT_RELY,
)
