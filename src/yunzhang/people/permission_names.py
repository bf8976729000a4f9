"""Permission names: what each permission is called, so that no page ever shows its code."""

from __future__ import annotations

from yunzhang.terms.faults import Text

# A guard test fails when a role or a deed names a permission that stands in no row here.
PERMISSION_NAMES: dict[str, Text] = {
    "desk.see": Text("使用工作台", "use the desk"),
    "catalog.see": Text("查看目录", "see the catalog"),
    "catalog.draft": Text("编制目录条目", "draft catalog entries"),
    "catalog.approve": Text("审批本单位目录条目", "approve the unit's catalog entries"),
    "catalog.review": Text("审核并发布目录条目", "review and publish catalog entries"),
    "system.register": Text("登记信息系统和数据表", "register systems and tables"),
    "cloud.register": Text("登记云、网络和机房", "register clouds, networks and rooms"),
    "table.gather": Text("归集数据表", "gather tables"),
    "quality.see": Text("查看数据质量", "see data quality"),
    "quality.run": Text("设定并执行质量检查", "set and run quality checks"),
    "node.register": Text("登记节点", "register nodes"),
    "key.register": Text("登记调用密钥", "register callers' keys"),
    "request.draft": Text("起草共享申请", "draft requests"),
    "request.approve": Text("审批并提出共享申请", "approve and make requests"),
    "request.see": Text("查看共享申请", "see requests"),
    "request.reply": Text("答复共享申请、签发授权", "reply to requests and issue grants"),
    "request.extend": Text("同意延长答复期限", "consent to a longer reply"),
    "grant.see": Text("查看授权", "see grants"),
    "grant.suspend": Text("暂停、恢复和终止授权", "suspend, resume and end grants"),
    "usage.see": Text("查看使用情况", "see usage"),
    "project.draft": Text("申报信息化项目", "propose projects"),
    "project.judge": Text("运行项目关口", "put projects to the gate"),
    "project.override": Text("决定关口未通过的项目继续", "let a project pass the gate's no"),
    "project.review": Text(
        "审查项目条件和承建单位", "review a project's conditions and contractors"
    ),
    "project.plan": Text("编制规划、年度计划和运维预算", "make plans and operation budgets"),
    "score.see": Text("查看评分", "see scores"),
    "score.freeze": Text("冻结评分", "freeze scores"),
    "ledger.see": Text("查看账本", "see the ledger"),
    "ledger.verify": Text("验证整本日志", "verify a whole log"),
    "unit.register": Text("登记和变更单位", "register and change units"),
    "person.register": Text("登记人员、任免岗位", "register persons, give and end posts"),
    "calendar.change": Text("调整工作日历", "change the working calendar"),
    "records.import": Text("批量导入", "import records"),
    "list.publish": Text("发布清单", "publish lists"),
    "cage.see": Text("查看数据铁笼", "see the data cage"),
    "cage.bind": Text("绑定并运行数据铁笼规则", "bind and run rules of the data cage"),
    "webhook.set": Text("设置消息推送", "set webhooks"),
    "evidence.read": Text("查阅评估证据室并提交结果", "read the evidence room, hand in a result"),
    "circular.write": Text(
        "起草、审核和发布通报，开展调查和评估", "write circulars, open surveys and evaluations"
    ),
    "meeting.record": Text("记录云长会议", "record meetings of the chiefs"),
    "patrol.plan": Text("组织巡云和督查服务组", "plan patrols and set up teams"),
    "worker": Text("由系统自动办理", "be the hub's own worker"),
}


def name_of(permission: str) -> Text:
    """What a permission is called; its code where a foreign pack names one we do not know."""
    return PERMISSION_NAMES.get(permission, Text(permission, permission))
