"""Pages of the data cage: bound, tried, run, opened to rows, and whose eyes they are for."""

from __future__ import annotations

import re

import pytest

from tests.portal import cage_town
from tests.portal.cage_town import Caged
from tests.portal.town import WHY, completed, wish
from tests.use.cage_world import DEATHS, PAYMENTS, PROJECTS, person, written
from yunzhang import clock
from yunzhang.engines.cage_sql import Bound
from yunzhang.gather import catalog, harvest, systems
from yunzhang.gather.models import DataTable
from yunzhang.people import cases, identity
from yunzhang.people.models import FactRow
from yunzhang.people.permissions import actor_of
from yunzhang.share import grants, requests
from yunzhang.terms.faults import Refused
from yunzhang.use import cage, cage_runs
from yunzhang.use.cage_models import CageBinding, CageHit


@pytest.fixture
def caged(town) -> Caged:
    return cage_town.build(town)


@pytest.fixture
def filled(caged: Caged) -> Caged:
    for binding in cage_town.fill(caged).values():
        cage_runs.run(caged.supervisor, binding, why=WHY)
    return caged


def text(answered) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answered.content.decode()))


def hit(rule: str) -> CageHit:
    return CageHit.objects.filter(binding__rule=rule).order_by("pk")[0]


def test_the_page_counts_what_was_found_by_rule_power_and_unit(filled: Caged, visit) -> None:
    said = text(visit("supervisor").get("/cage"))

    # Counted by hand in the town's tables: 1 split, 1 untendered, 1 below, 1 unstated, 3 dead.
    assert "5 / 14 规则已绑定 7 风险线索 7 未定 0 属实 0 误报" in said
    assert "政府采购 4 4 0 0" in said
    assert "社会救助和补贴发放 3 3 0 0" in said
    assert "民政厅 4 4 0 0" in said


@pytest.mark.parametrize("path", ["", "/hits", "/split_purchase", "/subsidy_after_death/bind"])
def test_a_page_full_of_hits_asks_few_queries(
    filled: Caged, visit, path: str, django_assert_max_num_queries
) -> None:
    client = visit("supervisor")

    with django_assert_max_num_queries(32):
        answered = client.get(f"/cage{path}")

    assert answered.status_code == 200


def test_every_count_opens_to_as_many_hits(filled: Caged, visit) -> None:
    page = visit("supervisor").get("/cage").content.decode()
    counted = re.findall(r'href="(/cage/hits\?[^"]+)"[^>]*>(?:<b[^>]*>)?(\d+)<', page)

    assert len(counted) > 10
    for address, number in counted:
        rows = visit("supervisor").get(address.replace("&amp;", "&")).content.decode()
        assert rows.count('href="/cage/hits/') == int(number)


def test_a_rule_is_bound_in_two_steps_with_suggested_columns(caged: Caged, visit) -> None:
    caged.table("purchases", "采购项目", PROJECTS, cage_town.PURCHASES)
    client = visit("supervisor")

    first = client.get("/cage/untendered/bind")
    second = client.get("/cage/untendered/bind?projects=purchases")
    typed = {
        "deed": "bind", "number": "project_no", "buyer": "buyer", "amount": "budget",
        "method": "method", "why": WHY,
    }  # fmt: skip
    bound = client.post("/cage/untendered/bind?projects=purchases", typed, follow=True)

    assert "显示各列" in text(first)
    assert '<option value="budget" selected>' in second.content.decode()
    assert "budget" in text(bound)
    assert CageBinding.objects.get().unit == caged.town.units[1]


def test_a_binding_that_is_wrong_keeps_what_was_chosen_and_says_why(caged: Caged, visit) -> None:
    caged.table("purchases", "采购项目", PROJECTS, cage_town.PURCHASES)
    typed = {"deed": "bind", "number": "project_no", "amount": "buyer", "why": WHY}

    answered = visit("supervisor").post("/cage/untendered/bind?projects=purchases", typed)

    assert answered.status_code == 422
    assert "字段“采购方式”没有绑定列" in text(answered)
    assert '<option value="buyer" selected>' in answered.content.decode()
    assert not CageBinding.objects.exists()


def test_numbers_are_tried_on_the_page_before_they_are_set(filled: Caged, visit) -> None:
    client = visit("supervisor")
    typed = {"tender_yuan": "600000", "why": WHY}

    tried = client.post("/cage/untendered", {**typed, "deed": "try"})
    before = cage.numbers_of(CageBinding.objects.get(rule="untendered"), cage.rule_of("untendered"))
    client.post("/cage/untendered", {**typed, "deed": "tune"})
    after = cage.numbers_of(CageBinding.objects.get(rule="untendered"), cage.rule_of("untendered"))

    # Above 600,000: four roads, one of imaging, one of systems.
    assert "按这些阈值运行，将发现 6 处" in text(tried)
    assert 'value="600000"' in tried.content.decode()
    assert (before, after) == ({"tender_yuan": 2_000_000}, {"tender_yuan": 600_000})


def test_the_rule_page_tells_law_plan_numbers_and_what_could_not_be_read(
    filled: Caged, visit
) -> None:
    said = text(visit("supervisor").get("/cage/split_purchase"))

    assert "政府采购法实施条例 第二十八条" in said
    assert "jaccard" in said
    assert re.search("预算金额 ?: 0 行没有值，1 行读不出来 ?\\( ?行 7", said)


def test_a_hit_is_masked_until_its_rows_are_asked_for_with_a_reason(filled: Caged, visit) -> None:
    address = f"/cage/hits/{hit('subsidy_after_death').pk}"
    client = visit("supervisor")

    masked = text(client.get(address))
    without = client.post(address, {"deed": "see", "why": ""})
    bare = text(client.post(address, {"deed": "see", "why": "核实领取人"}))

    assert f"{person(3)[:6]}********{person(3)[-4:]}" in masked
    assert person(3) not in masked
    assert "发放记录 补贴发放 · " in masked
    assert without.status_code == 422
    assert person(3) in bare
    assert FactRow.objects.filter(deed="cage.seen", why="核实领取人").count() == 1


@pytest.mark.parametrize("who", ["auditor", "reviewer"])
def test_who_only_sees_the_cage_gets_no_rows_and_changes_nothing(
    filled: Caged, visit, who: str
) -> None:
    client, address = visit(who), f"/cage/hits/{hit('subsidy_after_death').pk}"

    page = text(client.get(address))
    asked = client.post(address, {"deed": "see", "why": WHY})
    run = client.post("/cage/untendered", {"deed": "run", "why": WHY})

    assert person(3) not in page
    assert "查看原始数据" not in page
    assert (asked.status_code, run.status_code) == (403, 403)
    assert client.get("/cage/untendered/bind").status_code == 403


def test_a_unit_concerned_sees_its_case_masked_and_no_page_of_the_cage(
    filled: Caged, visit
) -> None:
    case = hit("subsidy_after_death").case
    asked = {"paper.cage_question": "何人领取"}
    cases.move(filled.supervisor, case, "ask", papers=asked, why=WHY)

    desk, page = (
        text(visit("provider").get("/")),
        text(visit("provider").get(f"/cases/{case.number}")),
    )

    assert "说明情况" in desk
    assert "社会救助暂行办法 第十三条" in page
    assert person(3)[:6] + "********" in page
    assert person(3) not in page
    assert visit("provider").get("/cage").status_code == 403
    assert visit("consumer").get(f"/cases/{case.number}").status_code == 404


def test_from_binding_to_a_false_alarm_and_a_second_run_that_opens_nothing(
    filled: Caged, visit
) -> None:
    found = hit("untendered")
    client = visit("supervisor")
    typed = {
        "deed": "move", "move": "dismiss", "dismiss.cage_reason": "批准文号漏填", "dismiss.why": WHY,
    }  # fmt: skip

    client.post(f"/cases/{found.case.number}", typed)
    again = cage_runs.run(filled.supervisor, found.binding, why=WHY)
    said = text(client.get("/cage"))

    assert (again.found, again.fresh) == (1, 0)
    assert CageHit.objects.filter(binding=found.binding).count() == 1
    assert "7 风险线索 6 未定 0 属实 1 误报 0.0% 准确率" in said


def test_approvals_are_held_to_the_working_days_of_the_hubs_calendar(caged: Caged) -> None:
    # 21 weekdays after 2026-09-21, of which National Day takes five off: in time by the calendar.
    table = caged.table(
        "approvals",
        "许可审批",
        ("申请编号", "审批单位", "受理日期", "决定日期"),
        [
            ("X-1", "民政厅", "2026-09-21", "2026-10-20"),
            ("X-2", "民政厅", "2026-09-21", "2026-11-20"),
        ],
    )

    cage_runs.run(caged.supervisor, caged.bind("approval_overdue", approvals=table), why=WHY)

    assert [one.subject for one in CageHit.objects.all()] == ["X-2"]
    assert hit("approval_overdue").unit == caged.town.units[2]


# On what ground another unit's table is compared


def granted(caged: Caged, scenario: str, name: str = "townships", **changes) -> DataTable:
    """A table of the town's civil affairs, granted to the health commission for this scenario."""
    town = caged.town
    made = requests.draft(
        town.consumer, town.entries[name].resource,
        **{**wish(town, scenario=scenario, purpose="核对"), **changes},
        key=town.requests["granted"].key, why=WHY,
    )  # fmt: skip
    made = requests.ask_approval(town.consumer, made, why=WHY)
    made = requests.apply(town.consumer_head, made, why=WHY)
    made = requests.agree(town.provider_head, made, "同意", why=WHY)
    grants.issue(town.provider_head, made, why=WHY)
    return town.tables[name]


@pytest.fixture
def inspector(caged: Caged):
    """A supervisor of the health commission, which owns no table."""

    posts = [(caged.town.units[4], "supervisor")]
    made = identity.register(
        caged.town.reviewer, "inspector", "陆海英", "ji-lv-jian-cha-9", posts, why=WHY
    )
    return actor_of(made, clock.today())


def gathered(caged: Caged, name: str, title: str, heads, rows) -> DataTable:
    """A table that civil affairs gathered and published, granted whole to the health commission."""
    town = caged.town
    system = systems.register(town.provider, town.units[2], f"{title}系统", "", why=WHY)
    source, node = town.source(name, written(heads, rows)), town.tables["townships"].node
    made = systems.register_table(town.provider, system, name, title, source, node, why=WHY)
    town.tables[name] = harvest.gather(town.provider, made, why=WHY)
    version = completed(town, town.provider, name, classification="306001")
    version = catalog.submit(town.provider, version, why=WHY)
    version = catalog.approve(town.provider_head, version, why=WHY)
    town.entries[name] = catalog.publish(town.reviewer, version, why=WHY)
    granted(caged, "监督检查", name, items=list(heads), purpose="核查补贴发放")
    return town.tables[name]


def bind(caged: Caged, inspector, table: DataTable, **columns: str) -> CageBinding:

    bound = {field: Bound(column=column) for field, column in columns.items()}
    rule = cage.rule_of("repeated_number")
    return cage.bind(inspector, caged.town.units[4], rule, {"projects": table}, bound, why=WHY)


def test_a_grant_opens_a_table_for_supervision_and_for_nothing_else(
    caged: Caged, inspector
) -> None:
    table = granted(caged, "慢性病随访")
    with pytest.raises(Refused) as other:
        bind(caged, inspector, table, number="code")
    granted(caged, "监督检查")

    bound = bind(caged, inspector, table, number="code", name="name")
    with pytest.raises(Refused) as beyond:
        bind(caged, inspector, table, number="code", name="established")

    assert other.value.codes == ("cage.table_closed",)
    assert beyond.value.codes == ("cage.item_closed",)
    assert cage_runs.run(inspector, bound, why=WHY).found == 6
    grant = caged.town.entries["townships"].resource.grants.get(request__scenario="监督检查")
    assert grant.pk in FactRow.objects.get(deed="cage.ran", unit=caged.town.units[4]).content


def test_when_the_grant_ends_the_rule_runs_no_more(caged: Caged, inspector) -> None:
    binding = bind(caged, inspector, granted(caged, "监督检查"), number="code")
    held = caged.town.entries["townships"].resource.grants.get(request__scenario="监督检查")
    grants.suspend(caged.town.provider, held, why="用途存疑")

    with pytest.raises(Refused) as refused:
        cage_runs.run(inspector, binding, why=WHY)

    assert refused.value.codes == ("cage.table_closed",)


def test_what_a_grant_masks_stays_masked_even_in_the_rows_themselves(
    caged: Caged, inspector
) -> None:
    table = granted(caged, "监督检查")
    binding = bind(caged, inspector, table, number="code", name="phone")
    cage_runs.run(inspector, binding, why=WHY)

    rows = cage_runs.see(inspector, hit("repeated_number"), why="核实")

    assert all("****" in (row.values["name"] or "") for row in rows)


def test_a_rule_over_what_another_unit_gathered_shows_nothing_beyond_its_hits(
    caged: Caged, inspector, visit
) -> None:
    caged.town.actors["inspector"] = inspector
    payments = gathered(caged, "paid", "补贴发放", PAYMENTS, cage_town.PAID)
    deaths = gathered(caged, "died", "死亡登记", DEATHS, cage_town.DEAD)
    rule, tables = cage.rule_of("subsidy_after_death"), {"payments": payments, "deaths": deaths}
    columns = {
        field: Bound(column=column)
        for source, table in tables.items()
        for field, column in cage.suggested(rule, source, table).items()
    }
    binding = cage.bind(inspector, caged.town.units[4], rule, tables, columns, why=WHY)
    client, seen = visit("inspector"), ""

    made = cage_runs.run(inspector, binding, why=WHY)
    for path in ("", "/hits", "/hits?export=csv", f"/{rule.id}", f"/{rule.id}/bind"):
        seen += client.get(f"/cage{path}").getvalue().decode()
    for one in binding.hits.all():
        seen += client.get(f"/cage/hits/{one.pk}").content.decode()
        bare = client.post(f"/cage/hits/{one.pk}", {"deed": "see", "why": "核实领取人"})
        seen += bare.content.decode()

    assert made.found == 3
    assert [person(n) for n in range(40) if person(n) in seen] == []
    # A grant of grade 3 lets identity numbers out as keyed hashes: one for each of the three.
    assert len(set(re.findall(r"(?<=<td data-label=\"死者公民身份号码\">)\w+", seen))) == 3
    assert len(set(re.findall(r"<h1>[0-9a-f]{12}…</h1>", seen))) == 3
    assert set(re.findall(r"(?<=<td>)\d{6}\*{8}\w{4}", seen)) == set()
    assert client.get("/tables/paid").status_code == 403
    assert client.get("/quality/paid").status_code == 403
