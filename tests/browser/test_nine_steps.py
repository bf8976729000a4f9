"""The nine steps walked through the pages by five people and their chief, in a real browser."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.browser.conftest import Hub, free_port, process, wait_until
from tests.hub_world import PASSWORD, credit_code
from tests.portal.town import townships
from yunzhang.engines.readings import SourceKind, SourceSpec
from yunzhang.node import commands, home
from yunzhang.node.caller import Caller
from yunzhang.node.store import Plan
from yunzhang.protect.keys import SigningKey
from yunzhang.protect.verify import verify_proof
from yunzhang.terms.document import decode
from yunzhang.terms.grant import Grant, Party
from yunzhang.terms.signed import Signed

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass
class Beside:
    """The node beside the provider's data, and its source; the node is not yet running."""

    home: home.Home
    address: str
    source: SourceSpec


@pytest.fixture(scope="module")
def beside(hub: Hub) -> Beside:
    folder = hub.home / "sources" / "civil"
    folder.mkdir()
    (folder / "townships.csv").write_text(townships(300), encoding="gb18030")
    source = SourceSpec(kind=SourceKind.CSV, location=str(folder), table="townships.csv")
    made = home.init(
        hub.home / "node",
        name="civil-node",
        unit=Party(code=credit_code(2), name="广西壮族自治区民政厅"),
        hub=hub.url,
        hub_key=hub.key,
        port=free_port(),
        poll_seconds=1,
    )
    return Beside(made, f"http://127.0.0.1:{made.settings.listen_port}", source)


def test_five_people_walk_one_table_through_its_life(windows, hub: Hub, beside: Beside):
    officer, head = windows("provider"), windows("provider_head")
    reviewer, asker, asker_head = windows("reviewer"), windows("consumer"), windows("consumer_head")

    # 1 Registered: the node, the system, the table.
    officer.open("/nodes")
    officer.fill(name="civil-node", address=beside.address, key=beside.home.key.public.text)
    officer.press("登记")
    officer.done()
    officer.open("/systems")
    officer.fill(name="区划地名管理系统", purpose="行政区划管理")
    officer.press("登记")
    officer.follow("登记数据表")
    officer.fill(
        title="乡级行政区划代码",
        name="townships",
        kind="csv",
        location=beside.source.location,
        table=beside.source.table,
        node="civil-node",
    )
    officer.press("登记")
    officer.done()

    # 2 Profiled and catalogued: gathered while the page looks on, drafted, approved, published.
    officer.press("归集数据")
    officer.page.get_by_text("实际数据的样子").wait_for(timeout=30_000)
    officer.press("起草目录条目")
    officer.press("保存并提交负责人")
    assert officer.page.get_by_role("alert").is_visible()
    assert "评估" in officer.text()
    officer.fill(share_type="2", share_condition="限公共卫生使用", share_method="platform_api")
    officer.fill(open_type="0", update_cycle="month", abstract="全区乡级行政区划代码")
    for box in ("item_key_0", "item_filterable_0"):
        officer.page.check(f'[name="{box}"]')
    officer.press("保存草稿")
    officer.fill(secrecy_risk="不含国家秘密和工作秘密", privacy_impact="不含个人信息")
    officer.press("提交负责人审核")
    officer.done()
    address = officer.page.url.removeprefix(hub.url)
    head.open("/")
    head.follow("部门负责人审核")
    head.press("可以编目")
    head.done()
    officer.open(address)
    assert "可以编目" in officer.text()
    officer.press("提交", exact=True)
    officer.done()
    head.open("/")
    head.follow("部门负责人审核")
    head.press("同意并送主管部门")
    head.done()
    reviewer.open("/")
    reviewer.follow("主管部门审核发布")
    reviewer.press("发布并签名")
    reviewer.done()
    assert "由枢纽签名" in reviewer.text()

    # 3 Checked: the suggested checks, run, with six dimensions to see.
    officer.open("/quality/townships")
    officer.press("采用系统建议的规则")
    officer.open("/quality/townships")
    officer.press("开始检查")
    officer.done()
    assert "完整性" in officer.text()
    assert officer.page.locator("canvas").count() == 1

    # 4 Asked for: found by a word, filled in, approved by the consumer's head.
    key = SigningKey.generate("health-api")
    asker.open("/keys")
    asker.fill(name="疾控业务系统", key=key.public.text)
    asker.press("登记")
    asker.done()
    asker.open("/catalog")
    asker.page.fill("#list-catalog-q", "行政区划")
    asker.page.get_by_text("第 1–1 条，共 1 条").wait_for()
    asker.follow("乡级行政区划代码")
    asker.follow("申请共享")
    asker.fill(
        legal_basis="《传染病防治法》第七条", scenario="流行病学调查", purpose="核对病例所在乡镇"
    )
    asker.fill(duration_days="90", key="1")
    asker.press("提交本单位负责人")
    asker.done()
    asker_head.open("/")
    asker_head.follow("需求部门负责人审批")
    asker_head.press("同意并正式申请")
    asker_head.done()

    # 5 Granted: the provider's head sees the clock, agrees, issues.
    head.open("/")
    assert re.search(r"还剩 10 个工作日", head.text())
    head.follow("提供部门答复")
    head.press("同意", exact=True)
    head.press("签发并签名")
    head.done()
    address = head.page.url.removeprefix(hub.url)
    signed = asker.page.request.get(f"{hub.url}{address}/grant.json").body()
    grant = decode(bytes(decode(signed, Signed).body), Grant)

    # 6 Called, 7 logged: a real node answers, and the hub shows the receipt's proof.
    items = {item: item for item in grant.items}
    plan = Plan(table="townships", items=items, key_items=("code",), filter_items=("code",))
    commands.load(beside.home.folder, plan, beside.source)
    up = process(
        "node", "up", str(beside.home.folder), env=hub.env, ready=f"{beside.address}/status"
    )
    with up, Caller(beside.address, key, grant, node_key=beside.home.key.public) as caller:
        wait_until(lambda: "送达节点" in delivered(asker, address))
        answer = caller.call(key={"code": "451024107"})
        assert answer.records[0]["name"]
        wait_until(lambda: asker.page.request.get(f"{hub.url}/ledger/civil-node/0").ok)
    officer.open("/ledger/civil-node/0")
    officer.press("验证")
    assert "每一步都成立" in officer.text()
    entry = officer.page.request.get(f"{hub.url}/ledger/civil-node/0/entry.json").body()
    proof = officer.page.request.get(f"{hub.url}/ledger/civil-node/0/proof.txt").text()
    assert entry == answer.receipt_text.encode()
    assert verify_proof(entry, proof, beside.home.key.public.text).ok

    # 8 Measured: by purpose, from the node's log.
    asker.open("/usage?by=purpose")
    assert "核对病例所在乡镇" in asker.text()

    # 9 Scored: frozen by the authority; the chief opens a figure down to its rows.
    reviewer.open("/scores")
    reviewer.page.get_by_text("冻结某一时期的评分", exact=True).click()
    reviewer.fill(period="2026Q4")
    reviewer.press("计算、签名并冻结")
    reviewer.done()
    chief = windows("chief")
    chief.open("/scores")
    with chief.page.expect_navigation():
        chief.page.locator("tr", has_text="民政厅").get_by_role("link").nth(1).click()
    assert "乡级行政区划代码" in chief.text()


def delivered(window, address: str) -> str:
    page = window.page.request.get(window.hub.url + address).text()
    return "" if ">送达节点</dt><dd>—" in page else page


# After signing in: the page, and the action a keyboard must reach.
ACTIONS = {
    "desk": ("provider", "/", "main a.tile"),
    "systems": ("provider", "/systems", 'main button[value="register"]'),
    "catalog": ("consumer", "/catalog", "main form button"),
    "request": ("consumer", "/requests", "main .do a.btn-primary"),
    "keys": ("consumer", "/keys", 'main button[value="register"]'),
    "calendar": ("reviewer", "/calendar", 'main button[value="set"]'),
    "scores": ("reviewer", "/scores", "main summary"),
    "ledger": ("auditor", "/ledger", "main a.btn-primary"),
}
STEPS = 90


@pytest.mark.parametrize("case", ACTIONS)
def test_the_keyboard_alone_reaches_the_main_action(windows, case):
    who, path, action = ACTIONS[case]
    window = windows(who)
    page = window.open(path)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches('{action}')"):
            break

    focused = page.evaluate(f"document.activeElement.matches('{action}')")
    outlined = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert focused
    assert outlined != "none"


def test_a_page_works_without_scripts(chromium, hub: Hub):
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{hub.url}/sign-in")
    page.fill("#username", "consumer")
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto(f"{hub.url}/catalog")
    page.fill("#list-catalog-q", "没有这样的数据")
    page.get_by_role("button", name="筛选").click()

    assert "没有找到" in page.inner_text("main")
    context.close()
