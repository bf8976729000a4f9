"""Facts: what the hub's log says of one deed. Who did what to what; the rest as salted digests."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from yunzhang.terms.document import Document
from yunzhang.terms.faults import Text
from yunzhang.terms.record import Mark


class Deed(StrEnum):
    """Every write a person or the worker can do; a guard holds this list to its uses."""

    UNIT_REGISTERED = "unit.registered"
    PERSON_REGISTERED = "person.registered"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105  # a deed's name
    POST_GIVEN = "post.given"
    POST_ENDED = "post.ended"
    APPOINTMENT_RECORDED = "appointment.recorded"
    UNIT_FIELDS_SET = "unit.fields_set"
    HANDOVER_OPENED = "handover.opened"
    HANDOVER_TAKEN = "handover.taken"
    CALENDAR_CHANGED = "calendar.changed"
    SYSTEM_REGISTERED = "system.registered"
    SYSTEM_PLACED = "system.placed"
    CLOUD_REGISTERED = "cloud.registered"
    CLOUD_CHANGED = "cloud.changed"
    NETWORK_REGISTERED = "network.registered"
    NETWORK_CHANGED = "network.changed"
    ROOM_REGISTERED = "room.registered"
    ROOM_CHANGED = "room.changed"
    EXTRANET_CHANGED = "extranet.changed"
    DRILL_RECORDED = "drill.recorded"
    EQUIPMENT_PUT_IN = "equipment.put_in"
    EQUIPMENT_TAKEN_OUT = "equipment.taken_out"
    EXIT_REGISTERED = "exit.registered"
    EXIT_CHANGED = "exit.changed"
    SERVICE_BOUGHT = "service.bought"
    LOGIN_REPORTED = "login.reported"
    PROJECT_DRAFTED = "project.drafted"
    PROJECT_CHANGED = "project.changed"
    GATE_JUDGED = "gate.judged"
    GATE_OVERRIDDEN = "gate.overridden"
    CONDITION_MET = "condition.met"
    CONTRACTOR_NAMED = "contractor.named"
    CONTRACTOR_CLEARED = "contractor.cleared"
    PLAN_DRAFTED = "plan.drafted"
    PLAN_CHANGED = "plan.changed"
    PROJECTS_ROLLED = "projects.rolled"
    BOUNDARIES_LOADED = "boundaries.loaded"
    TABLE_REGISTERED = "table.registered"
    TABLE_GATHERED = "table.gathered"
    TABLE_CHECKED = "table.checked"
    CHECKS_SET = "checks.set"
    DRIFT_MARKED = "drift.marked"
    ENTRY_DRAFTED = "entry.drafted"
    ENTRY_EDITED = "entry.edited"
    ENTRY_SUBMITTED = "entry.submitted"
    ENTRY_APPROVED = "entry.approved"
    ENTRY_DECLINED = "entry.declined"
    ENTRY_RETURNED = "entry.returned"
    ENTRY_PUBLISHED = "entry.published"
    NODE_REGISTERED = "node.registered"
    KEY_REGISTERED = "key.registered"
    REQUEST_DRAFTED = "request.drafted"
    REQUEST_SUBMITTED = "request.submitted"
    REQUEST_APPLIED = "request.applied"
    REQUEST_NOTICED = "request.noticed"
    REQUEST_COMPLETED = "request.completed"
    REQUEST_EXTENDED = "request.extended"
    REQUEST_AGREED = "request.agreed"
    REQUEST_REFUSED = "request.refused"
    REQUEST_WITHDRAWN = "request.withdrawn"
    GRANT_ISSUED = "grant.issued"
    GRANT_DELIVERED = "grant.delivered"
    GRANT_SUSPENDED = "grant.suspended"
    GRANT_RESUMED = "grant.resumed"
    GRANT_ENDED = "grant.ended"
    RECEIPTS_TAKEN = "receipts.taken"
    SCORE_FROZEN = "score.frozen"
    SCORE_CORRECTED = "score.corrected"
    GAMING_MARKED = "gaming.marked"
    UNIT_CHANGED = "unit.changed"
    POST_DELEGATED = "post.delegated"
    DELEGATION_ENDED = "delegation.ended"
    SECOND_FACTOR_SET = "second_factor.set"
    SECOND_FACTOR_REMOVED = "second_factor.removed"
    IDENTITY_LINKED = "identity.linked"
    IDENTITY_UNLINKED = "identity.unlinked"
    NOTICES_CHOSEN = "notices.chosen"
    WEBHOOK_SET = "webhook.set"
    WEBHOOK_ENDED = "webhook.ended"
    WEBHOOK_RESENT = "webhook.resent"
    RECORDS_IMPORTED = "records.imported"
    CASE_OPENED = "case.opened"
    CASE_MOVED = "case.moved"
    CASE_CONSENTED = "case.consented"
    CLOCK_EXPIRED = "clock.expired"
    CLOCK_ESCALATED = "clock.escalated"
    DUTY_CHANGED = "duty.changed"
    DUTY_EXTENDED = "duty.extended"
    LIST_PUBLISHED = "list.published"
    GROUND_DUE = "ground.due"
    GROUND_REVIEWED = "ground.reviewed"
    CONTACTS_FORGOTTEN = "contacts.forgotten"
    SERVICE_CHANGED = "service.changed"
    DISPOSAL_CERTIFIED = "disposal.certified"
    AUTO_REPLY_SET = "auto_reply.set"
    AUTO_REPLY_ENDED = "auto_reply.ended"
    TEAM_SET_UP = "team.set_up"
    TEAM_CHANGED = "team.changed"
    SAMPLE_SEALED = "sample.sealed"
    SAMPLE_DRAWN = "sample.drawn"
    PATROL_BEGUN = "patrol.begun"
    PATROL_MARKED = "patrol.marked"
    PATROL_CLOSED = "patrol.closed"
    MEETING_RECORDED = "meeting.recorded"
    CAGE_BOUND = "cage.bound"
    CAGE_TUNED = "cage.tuned"
    CAGE_TRIED = "cage.tried"
    CAGE_ENDED = "cage.ended"
    CAGE_RAN = "cage.ran"
    CAGE_SEEN = "cage.seen"
    SURVEY_OPENED = "survey.opened"
    CIRCULAR_DRAFTED = "circular.drafted"
    CIRCULAR_SUBMITTED = "circular.submitted"
    CIRCULAR_REVIEWED = "circular.reviewed"
    CIRCULAR_PUBLISHED = "circular.published"
    EVALUATION_OPENED = "evaluation.opened"
    EVALUATION_HANDED_IN = "evaluation.handed_in"
    EVIDENCE_READ = "evidence.read"


DEED_NAMES: dict[Deed, Text] = {
    Deed.UNIT_REGISTERED: Text("登记单位", "registered a unit"),
    Deed.PERSON_REGISTERED: Text("登记人员", "registered a person"),
    Deed.PASSWORD_CHANGED: Text("更改密码", "changed a password"),
    Deed.POST_GIVEN: Text("任命岗位", "gave a post"),
    Deed.POST_ENDED: Text("终止岗位", "ended a post"),
    Deed.APPOINTMENT_RECORDED: Text("登记任命文件", "recorded a chief's appointment"),
    Deed.UNIT_FIELDS_SET: Text("登记单位所属领域", "set the fields of a unit"),
    Deed.HANDOVER_OPENED: Text("开列移交清单", "opened a handover"),
    Deed.HANDOVER_TAKEN: Text("接收移交事项", "took over matters"),
    Deed.CALENDAR_CHANGED: Text("调整工作日历", "changed the working calendar"),
    Deed.SYSTEM_REGISTERED: Text("登记信息系统", "registered an information system"),
    Deed.SYSTEM_PLACED: Text("更新信息系统情况", "told where a system runs and stands"),
    Deed.CLOUD_REGISTERED: Text("登记政务云", "registered a cloud"),
    Deed.CLOUD_CHANGED: Text("变更政务云", "changed a cloud"),
    Deed.NETWORK_REGISTERED: Text("登记业务专网", "registered a dedicated network"),
    Deed.NETWORK_CHANGED: Text("变更业务专网", "changed a dedicated network"),
    Deed.ROOM_REGISTERED: Text("登记机房", "registered a machine room"),
    Deed.ROOM_CHANGED: Text("变更机房", "changed a machine room"),
    Deed.EXTRANET_CHANGED: Text("登记外网接入", "told of a unit's extranet link"),
    Deed.DRILL_RECORDED: Text("记录灾备演练", "recorded a recovery drill"),
    Deed.EQUIPMENT_PUT_IN: Text("登记机房设备", "entered equipment of a room"),
    Deed.EQUIPMENT_TAKEN_OUT: Text("移出机房设备", "took equipment out of a room"),
    Deed.EXIT_REGISTERED: Text("登记互联网出口", "registered an internet exit"),
    Deed.EXIT_CHANGED: Text("变更互联网出口", "changed an internet exit"),
    Deed.SERVICE_BOUGHT: Text("登记所购服务", "recorded a service bought"),
    Deed.LOGIN_REPORTED: Text("报告系统登录情况", "reported log-ins of a system"),
    Deed.PROJECT_DRAFTED: Text("提出项目", "drafted a project"),
    Deed.PROJECT_CHANGED: Text("修改项目", "changed a project"),
    Deed.GATE_JUDGED: Text("项目关口判定", "had the gate judge a project"),
    Deed.GATE_OVERRIDDEN: Text("决定关口未通过的项目继续", "overrode the gate's no"),
    Deed.CONDITION_MET: Text("确认项目条件已满足", "found a project's condition met"),
    Deed.CONTRACTOR_NAMED: Text("登记承建单位", "named a contractor"),
    Deed.CONTRACTOR_CLEARED: Text(
        "确认承建单位未留存数据", "found that a contractor keeps no data"
    ),
    Deed.PLAN_DRAFTED: Text("编制规划或计划", "drafted a plan"),
    Deed.PLAN_CHANGED: Text("调整计划项目", "changed the projects of a plan"),
    Deed.PROJECTS_ROLLED: Text("滚动结转项目", "rolled projects forward"),
    Deed.BOUNDARIES_LOADED: Text("载入行政区划界线", "loaded the boundaries of divisions"),
    Deed.TABLE_REGISTERED: Text("登记数据表", "registered a table"),
    Deed.TABLE_GATHERED: Text("归集数据表", "gathered a table"),
    Deed.TABLE_CHECKED: Text("检查数据质量", "checked a table"),
    Deed.CHECKS_SET: Text("设定质量规则", "set quality checks"),
    Deed.DRIFT_MARKED: Text("标记目录与数据不符", "marked a drift of the catalog"),
    Deed.ENTRY_DRAFTED: Text("起草目录条目", "drafted a catalog entry"),
    Deed.ENTRY_EDITED: Text("修改目录条目", "edited a catalog entry"),
    Deed.ENTRY_SUBMITTED: Text("提交目录条目", "submitted a catalog entry"),
    Deed.ENTRY_APPROVED: Text("负责人同意目录条目", "approved a catalog entry"),
    Deed.ENTRY_DECLINED: Text("负责人退回目录条目", "declined a catalog entry"),
    Deed.ENTRY_RETURNED: Text("退回目录条目", "returned a catalog entry"),
    Deed.ENTRY_PUBLISHED: Text("发布目录条目", "published a catalog entry"),
    Deed.NODE_REGISTERED: Text("登记节点", "registered a node"),
    Deed.KEY_REGISTERED: Text("登记调用密钥", "registered a caller's key"),
    Deed.REQUEST_DRAFTED: Text("起草共享申请", "drafted a share request"),
    Deed.REQUEST_SUBMITTED: Text("提交申请送审", "submitted a request"),
    Deed.REQUEST_APPLIED: Text("提出共享申请", "applied for sharing"),
    Deed.REQUEST_NOTICED: Text("一次性告知补正", "gave the one-time notice"),
    Deed.REQUEST_COMPLETED: Text("补正申请材料", "completed a request"),
    Deed.REQUEST_EXTENDED: Text("延长答复期限", "extended the reply"),
    Deed.REQUEST_AGREED: Text("同意共享", "agreed to share"),
    Deed.REQUEST_REFUSED: Text("不同意共享", "refused to share"),
    Deed.REQUEST_WITHDRAWN: Text("撤回申请", "withdrew a request"),
    Deed.GRANT_ISSUED: Text("签发授权", "issued a grant"),
    Deed.GRANT_DELIVERED: Text("授权送达节点", "delivered a grant"),
    Deed.GRANT_SUSPENDED: Text("暂停授权", "suspended a grant"),
    Deed.GRANT_RESUMED: Text("恢复授权", "resumed a grant"),
    Deed.GRANT_ENDED: Text("终止授权", "ended a grant"),
    Deed.RECEIPTS_TAKEN: Text("接收调用回执", "took in receipts"),
    Deed.SCORE_FROZEN: Text("冻结评分", "froze a score"),
    Deed.SCORE_CORRECTED: Text("更正评分", "corrected a score"),
    Deed.GAMING_MARKED: Text("认定刷分线索", "marked a sign of gaming"),
    Deed.UNIT_CHANGED: Text("变更单位信息", "changed a unit"),
    Deed.POST_DELEGATED: Text("委托代行岗位", "delegated a post"),
    Deed.DELEGATION_ENDED: Text("收回岗位委托", "ended a delegation"),
    Deed.SECOND_FACTOR_SET: Text("启用第二要素", "set a second factor"),
    Deed.SECOND_FACTOR_REMOVED: Text("停用第二要素", "removed a second factor"),
    Deed.IDENTITY_LINKED: Text("关联统一身份", "linked an outside identity"),
    Deed.IDENTITY_UNLINKED: Text("解除统一身份关联", "unlinked an outside identity"),
    Deed.NOTICES_CHOSEN: Text("设定通知方式", "chose how to be told"),
    Deed.WEBHOOK_SET: Text("登记消息推送地址", "registered a webhook"),
    Deed.WEBHOOK_ENDED: Text("停用消息推送地址", "ended a webhook"),
    Deed.WEBHOOK_RESENT: Text("重发消息推送", "sent a webhook's call again"),
    Deed.RECORDS_IMPORTED: Text("批量导入", "imported records"),
    Deed.CASE_OPENED: Text("提起事项", "opened a case"),
    Deed.CASE_MOVED: Text("办理事项", "moved a case on"),
    Deed.CASE_CONSENTED: Text("会签同意", "consented to a case"),
    Deed.CLOCK_EXPIRED: Text("时限届满未办结", "saw a limit run out"),
    Deed.CLOCK_ESCALATED: Text("逾期上报", "escalated an overdue limit"),
    Deed.DUTY_CHANGED: Text("职责或法规变化", "told of a changed duty"),
    Deed.DUTY_EXTENDED: Text("延长目录更新期限", "extended the update of an entry"),
    Deed.LIST_PUBLISHED: Text("发布清单", "published a list"),
    Deed.GROUND_DUE: Text(
        "不予共享的依据到期复核", "found a ground for not sharing due for review"
    ),
    Deed.GROUND_REVIEWED: Text("复核不予共享的依据", "reviewed a ground for not sharing"),
    Deed.CONTACTS_FORGOTTEN: Text("删除公众联系方式", "forgot contacts left by the public"),
    Deed.SERVICE_CHANGED: Text("备案终止或变更共享服务", "filed the stop or change of a service"),
    Deed.DISPOSAL_CERTIFIED: Text("出具处置证书", "certified a disposal"),
    Deed.AUTO_REPLY_SET: Text("同意自动答复", "consented to automatic replies"),
    Deed.AUTO_REPLY_ENDED: Text("停止自动答复", "ended automatic replies"),
    Deed.TEAM_SET_UP: Text("组建督查服务组", "set up an inspection team"),
    Deed.TEAM_CHANGED: Text("调整督查服务组", "changed an inspection team"),
    Deed.SAMPLE_SEALED: Text("封存抽样名单", "sealed a list to draw from"),
    Deed.SAMPLE_DRAWN: Text("抽取样本", "drew a sample"),
    Deed.PATROL_BEGUN: Text("开始巡云", "began a patrol"),
    Deed.PATROL_MARKED: Text("记录巡云情况", "recorded what a patrol saw"),
    Deed.PATROL_CLOSED: Text("结束巡云", "closed a patrol"),
    Deed.MEETING_RECORDED: Text("记录会议", "recorded a meeting"),
    Deed.CAGE_BOUND: Text("绑定数据铁笼规则", "bound a rule of the data cage"),
    Deed.CAGE_TUNED: Text("设定数据铁笼阈值", "set thresholds of the data cage"),
    Deed.CAGE_TRIED: Text("试算数据铁笼阈值", "tried thresholds of the data cage"),
    Deed.CAGE_ENDED: Text("停用数据铁笼规则", "ended a rule of the data cage"),
    Deed.CAGE_RAN: Text("运行数据铁笼规则", "ran a rule of the data cage"),
    Deed.CAGE_SEEN: Text("查看风险所涉原始数据", "saw the data behind a risk"),
    Deed.SURVEY_OPENED: Text("开展满意度调查", "opened a survey"),
    Deed.CIRCULAR_DRAFTED: Text("起草通报", "drafted a circular"),
    Deed.CIRCULAR_SUBMITTED: Text("通报送审", "handed a circular over for review"),
    Deed.CIRCULAR_REVIEWED: Text("审核通报", "reviewed a circular"),
    Deed.CIRCULAR_PUBLISHED: Text("发布通报", "published a circular"),
    Deed.EVALUATION_OPENED: Text("开放评估证据室", "opened an evaluation"),
    Deed.EVALUATION_HANDED_IN: Text("提交评估结果", "handed in an evaluation"),
    Deed.EVIDENCE_READ: Text("查阅评估证据", "read in the evidence room"),
}


class Fact(Document, frozen=True, omit_defaults=True):
    """One leaf of the hub's log.

    `actor` is a pseudonym the hub can resolve ("person:7", "worker"); `why_hash` and
    `content_hash` are SHA-256 over a salt and the text kept at the hub; `marks` are of the
    records it changed that scores count.
    """

    id: str
    at: datetime
    actor: str
    unit: str
    deed: Deed
    subject: str
    why_hash: str
    content_hash: str
    marks: tuple[Mark, ...] = ()
