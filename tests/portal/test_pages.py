"""Every page: for the right person, in two languages, with few queries; closed to the others."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from tests.portal.words import collected
from yunzhang.oversee.models import Score
from yunzhang.people.models import Clock

QUERIES = 32
CODE = "307001/000001"

# Page, who opens it, and what must stand on it: names of the town, not words of the page.
PAGES = {
    "desk of an officer": ("provider", "/", "低保家庭信息"),
    "desk of a provider's head": ("provider_head", "/", "急救调度地址匹配"),
    "desk of a consumer": ("consumer", "/", "疫苗接种点规划"),
    "desk of a consumer's head": ("consumer_head", "/", "基层医疗机构布局分析"),
    "desk of the authority": ("reviewer", "/", "村级组织名录"),
    "desk of a chief": ("chief", "/", "{total}"),
    "queue": ("reviewer", "/queue", "急救调度地址匹配"),
    "circular": ("reviewer", "/queue/circular?month={late}", "急救调度地址匹配"),
    "desk of the auditor": ("auditor", "/", "/audit"),
    "the auditor's desk": ("auditor", "/audit", "purpose.other"),
    "signs of gaming": ("auditor", "/audit/signs", 'href="/audit"'),
    "notices": ("provider_head", "/notices", "急救调度地址匹配"),
    "how one is told": ("provider_head", "/me/notices", "quiet_from"),
    "webhooks": ("provider", "/webhooks", "webhooks"),
    "catalog": ("consumer", "/catalog", "乡级行政区划代码"),
    "catalog, searched": ("consumer", "/catalog?q=统计用", "统计用乡级区划代码"),
    "entry": ("consumer", f"/catalog/{CODE}", "county_code"),
    "entry that drifted": ("stats", "/catalog/307001/000002", "established"),
    "version in review": ("reviewer", "{version}", "村级组织名录"),
    "entry editor": ("provider", "{edit}", "低保家庭信息"),
    "systems": ("provider", "/systems", "区划地名管理系统"),
    "new table": ("provider", "{new_table}", "区划地名管理系统"),
    "table": ("provider", "/tables/townships", "451024100"),
    "quality": ("provider", "/quality", "乡级行政区划代码"),
    "verdict": ("provider", "/quality/townships", "name-required"),
    "checks": ("provider", "/quality/townships/checks", "code-once"),
    "nodes": ("provider", "/nodes", "civil-node"),
    "requests": ("consumer", "/requests", "急救调度地址匹配"),
    "new request": ("consumer", f"/requests/new/{CODE}", "传染病流行病学调查"),
    "new need": ("consumer", "/needs/new?q=行政区划", "乡级行政区划代码"),
    "new back-flow": ("consumer", "/backflow/new", "蒙丽华"),
    "new dispute": ("consumer_head", f"/disputes/new/entry/{CODE}", "广西壮族自治区民政厅"),
    "request to reply to": ("provider_head", "{applied}", "急救调度地址匹配"),
    "request to complete": ("consumer", "{noticed}", "补充接种点建设的批文"),
    "request refused": ("consumer", "{refused}", "招商不属于卫生健康部门职责"),
    "grants": ("consumer", "/grants", "核对病例所在乡镇"),
    "grant": ("provider", "{grant}", "http://127.0.0.1:8101"),
    "grant for the calling system": ("consumer", "{grant}/api", "revocations_age_seconds"),
    "keys": ("consumer", "/keys", "疾控业务系统"),
    "usage": ("provider", "/usage?by=purpose", "核对病例所在乡镇"),
    "scoreboard": ("chief", "/scores", "{total}"),
    "score": ("chief", "{score}", "{total}"),
    "figure": ("chief", "{score}/catalog_coverage", "低保家庭信息"),
    "boards": ("chief", "/boards", "example"),
    "evidence of violations": ("chief", "/violations", "/violations/39-4"),
    "evidence of a kind": ("reviewer", "/violations/39-1", "孤儿"),
    "simulation": ("chief", "/simulation", "w.catalog_coverage"),
    "ledger": ("auditor", "/ledger", "civil-node"),
    "log of the hub": ("auditor", "/ledger/HUB", "person:"),
    "log of a node": ("auditor", "/ledger/civil-node", "核对病例所在乡镇"),
    "fact": ("auditor", "/ledger/HUB/3", "why_hash"),
    "receipt": ("auditor", "/ledger/civil-node/3", "answer_hash"),
    "register of chiefs": ("chief", "/chiefs", "陈文涛"),
    "register of chiefs, to appoint": ("reviewer", "/chiefs", "周建国"),
    "a chief": ("reviewer", "/chiefs/{chief}", "二(一)"),
    "dated duties": ("chief", "/duties", "duties?state=late"),
    "the data cage": ("auditor", "/cage", "/cage/split_purchase"),
    "a rule of the cage": ("auditor", "/cage/subsidy_after_death", "财政违法行为处罚处分条例"),
    "risks found": ("reviewer", "/cage/hits", "list-hits"),
    "clouds and rates": ("chief", "/clouds", "/indicators/living_rate"),
    "indicators": ("reviewer", "/indicators", "/indicators/catalog_coverage"),
    "indicator": ("chief", "/indicators/catalog_coverage", "低保家庭信息"),
    "reported": ("reviewer", "/reported", "seed"),
    "rate": ("reviewer", "/clouds/rates/exchange_join_rate", "统计用区划系统"),
    "where systems run": ("provider", "/information-systems", "社会救助系统"),
    "networks and rooms": ("consumer", "/networks", "广西壮族自治区卫生健康委员会"),
    "patrols": ("reviewer", "/patrols", "deed"),
    "the map": ("chief", "/map?show=entries", "广西壮族自治区民政厅"),
    "command screen": ("reviewer", "/screen", "civil-node"),
    "command screen in text": ("chief", "/screen/text", "急救调度地址匹配"),
    "boundaries": ("reviewer", "/map/boundaries", "geojson"),
    "tasks": ("reviewer", "/tasks", "tasks?state=late"),
    "pain points": ("chief", "/pain-points", "pain-points?state=late"),
    "meetings": ("reviewer", "/meetings", "deed"),
    "circulars": ("reviewer", "/circulars", "deed"),
    "evaluations": ("reviewer", "/evaluations", 'class="warn"'),
    "surveys": ("reviewer", "/surveys", "deed"),
    "vendors and services": ("provider", "/services-bought", "services-bought"),
    "handbook": ("reviewer", "/handbook", "乡级行政区划代码"),
    "handbook to print": ("reviewer", "/handbook?print=1", "梁晓燕"),
    "what the law asks": ("consumer", "/law?q=一数一源", "一数一源一标准"),
    "calendar": ("reviewer", "/calendar?year=2026", "chinesecalendar"),
    "packs": ("provider", "/packs", "liuzhou-2020"),
    "pack in force": ("chief", "/packs/national", "10个工作日内作出是否同意共享的答复"),
    "another pack": ("auditor", "/packs/liuzhou-2020", "柳州市"),
    "units": ("reviewer", "/units", "广西壮族自治区民政厅"),
    "people": ("reviewer", "/people", "韦国强"),
    "unit": ("reviewer", "/units/{civil}", "黄志远"),
    "person": ("reviewer", "/people/provider", "广西壮族自治区民政厅"),
    "me": ("provider", "/me", "黄志远"),
    "second factor": ("provider", "/me/second-factor", "<svg"),
    "who may do what": ("chief", "/permissions", "由主要负责人担任"),
    "may this person": (
        "auditor",
        "/permissions?person=provider&permission=catalog.draft",
        "韦国强",
    ),
}
CLOSED = {
    "units are the authority's": ("provider", "/units", 403),
    "people are the authority's": ("consumer", "/people", 403),
    "a unit's page is the authority's": ("provider", "/units/{civil}", 403),
    "a person's page is the authority's": ("provider", "/people/stats", 403),
    "a unit nobody registered": ("reviewer", "/units/nowhere", 404),
    "a person nobody registered": ("reviewer", "/people/nobody", 404),
    "keys are the consumer's": ("provider", "/keys", 403),
    "a chief drafts no request": ("chief", f"/requests/new/{CODE}", 403),
    "a request between others": ("stats_head", "{applied}", 404),
    "a grant's interface is the consumer's": ("provider", "{grant}/api", 403),
    "a grant between others": ("stats", "{grant}", 404),
    "another unit's table": ("stats", "/tables/townships", 404),
    "another unit's verdict": ("stats", "/quality/townships", 404),
    "another unit's draft": ("consumer", "{version}", 404),
    "a request nobody made": ("consumer", "/requests/none", 404),
    "an entry nobody wrote": ("consumer", "/catalog/307001/999999", 404),
    "a log of no node": ("auditor", "/ledger/nowhere", 404),
    "an entry not in the log": ("auditor", "/ledger/HUB/99999", 404),
    "a pack nobody wrote": ("provider", "/packs/atlantis", 404),
    "boundaries are the authority's": ("provider", "/map/boundaries", 403),
    "an area nobody loaded": ("chief", "/map/990000", 404),
    "the auditor's desk is theirs": ("provider", "/audit", 403),
    "a whole log is verified by auditors": ("provider", "/ledger/HUB/verified", 403),
}


@pytest.fixture
def addresses(town) -> dict[str, str]:
    numbers = {stage: reverse("request", args=[r.number]) for stage, r in town.requests.items()}
    score = Score.objects.get(period="2026Q4", unit=town.units[2])
    subject = f"request:{town.requests['applied'].pk}"
    return {
        **numbers,
        "total": str(score.total),
        "late": f"{Clock.objects.get(subject=subject).due_on:%Y-%m}",
        "civil": town.units[2].code,
        "chief": str(town.chief.posts[0].pk),
        "version": reverse("version", args=[town.entries["villages"].pk]),
        "edit": reverse("entry_edit", args=[town.entries["relief"].pk]),
        "new_table": reverse("table_new", args=[town.tables["townships"].system_id]),
        "grant": reverse("grant", args=[town.grants["granted"].pk]),
        "score": reverse("score", args=["2026Q4", town.units[2].code]),
    }


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_its_subject_with_few_queries(
    page, language, visit, addresses, django_assert_max_num_queries
):
    who, address, needle = PAGES[page]
    client = visit(who, language)

    with django_assert_max_num_queries(QUERIES):
        answer = client.get(address.format(**addresses))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert needle.format(**addresses) in text
    assert f'<html lang="{language}">' in text
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert not re.search(r"\son\w+=|<script>|style=", text), "the content policy would stop it"


def test_a_chinese_page_says_nothing_in_english(visit, addresses):
    said = {text for text in collected() if len(text) > 12 and "%" not in text}

    text = "".join(
        visit(who).get(address.format(**addresses)).content.decode()
        for who, address, _ in PAGES.values()
    )

    assert not {words for words in said if f">{words}<" in text}


@pytest.mark.parametrize("page", [each for each in PAGES if "pack" not in each])
def test_no_page_but_those_of_packs_cites_our_own_files(page, visit, addresses):
    who, address, _needle = PAGES[page]

    answer = visit(who).get(address.format(**addresses))

    assert "docs/decisions" not in answer.content.decode()


@pytest.mark.parametrize("case", CLOSED)
def test_a_page_is_closed_to_others(case, visit, addresses):
    who, address, status = CLOSED[case]

    answer = visit(who).get(address.format(**addresses))

    assert answer.status_code == status
    assert "Traceback" not in answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_shown_the_sign_in_page(page, client, town, addresses):
    address = PAGES[page][1].format(**addresses)

    answer = client.get(address)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=")


def test_a_browser_that_prefers_english_is_still_answered_in_chinese(client, db):
    answer = client.get("/sign-in", headers={"accept-language": "en-GB"})

    assert "登录" in answer.content.decode()


def test_the_switch_speaks_english_and_comes_back(visit):
    client = visit("consumer")

    turned = client.post("/language", {"language": "en", "next": "/catalog"})

    assert turned["Location"] == "/catalog"
    assert "Search by what you need" in client.get("/catalog").content.decode()
