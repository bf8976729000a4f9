"""The addresses of the hub's doors."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from yunzhang.portal import (
    calendar,
    cases,
    catalog,
    desk,
    disputes,
    duties,
    entrance,
    entries,
    exchange,
    grants,
    imports,
    law,
    ledger,
    lists,
    me,
    needs,
    notices,
    opening,
    outside,
    packs,
    permissions,
    persons,
    quality,
    requests,
    scores,
    stopping,
    tables,
    units,
    usage,
    webhooks,
)
from yunzhang.terms.identifiers import RESOURCE_CODE


class ResourceCode:
    """A resource code in an address, its slash included."""

    regex = RESOURCE_CODE.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ResourceCode, "resource")

urlpatterns: list[URLPattern] = [
    path("", desk.desk, name="desk"),
    path("sign-in", entrance.sign_in, name="sign_in"),
    path("sign-in/code", entrance.code, name="code"),
    path("sign-in/outside", outside.begin, name="outside"),
    path("sign-in/outside/back", outside.back, name="outside_back"),
    path("sign-out", entrance.sign_out, name="sign_out"),
    path("language", entrance.language, name="language"),
    path("me", me.me, name="me"),
    path("me/second-factor", me.second, name="second_factor"),
    path("me/recovery-codes", me.new_codes, name="new_codes"),
    path("me/identity", me.link, name="link"),
    path("password", me.password, name="password"),
    path("open", opening.open_list, name="open"),
    path("open/asked", opening.open_asked, name="open_asked"),
    path("open/asked/<str:number>", opening.open_asked, name="open_receipt"),
    path("open/<resource:code>", opening.open_entry, name="open_entry"),
    path("needs/new", needs.new_need, name="need_new"),
    path("backflow/new", needs.new_backflow, name="backflow_new"),
    path("disputes/new/<slug:kind>/<path:name>", disputes.new_dispute, name="dispute_new"),
    path("catalog", catalog.catalog, name="catalog"),
    path("catalog/<resource:code>", catalog.entry, name="entry"),
    path("entries/<int:version>", entries.version, name="version"),
    path("entries/<int:version>/edit", entries.edit, name="entry_edit"),
    path("systems", tables.system_list, name="systems"),
    path("systems/<int:system>/tables", tables.new_table, name="table_new"),
    path("tables/<slug:name>", tables.table, name="table"),
    path("tables/<slug:name>/progress", tables.table_progress, name="table_progress"),
    path("quality", quality.verdicts, name="quality"),
    path("quality/<slug:table>", quality.verdict, name="verdict"),
    path("quality/<slug:table>/checks", quality.checks, name="checks"),
    path("nodes", ledger.node_list, name="nodes"),
    path("requests", requests.request_list, name="requests"),
    path("requests/new/<resource:code>", requests.new, name="request_new"),
    path("requests/<str:number>", requests.tracker, name="request"),
    path("requests/<str:number>/edit", requests.edit, name="request_edit"),
    path("cases", cases.case_list, name="cases"),
    path("cases/<str:number>", cases.case, name="case"),
    path("cases/<str:number>/papers/<int:paper>", cases.paper, name="case_paper"),
    path("lists", lists.list_all, name="lists"),
    path("lists/<slug:kind>", lists.live, name="list"),
    path("lists/<slug:kind>/<int:number>", lists.issue, name="list_issue"),
    path("lists/<slug:kind>/<int:number>.<str:form>", lists.issue_file, name="list_issue_file"),
    path("grants", grants.grant_list, name="grants"),
    path("grants/<str:id>", grants.grant, name="grant"),
    path("grants/<str:id>/grant.json", grants.grant_file, name="grant_file"),
    path("grants/<str:id>/certificate", stopping.certificate, name="certificate"),
    path("grants/<str:id>/certificate.json", stopping.certificate_file, name="certificate_file"),
    path("keys", grants.key_list, name="keys"),
    path("usage", usage.used, name="usage"),
    path("scores", scores.scoreboard, name="scores"),
    path("scores/<str:period>/<str:unit>", scores.unit_score, name="score"),
    path("scores/<str:period>/<str:unit>/<str:indicator>", scores.figure, name="figure"),
    path("ledger", ledger.ledger, name="ledger"),
    path("ledger/HUB/verified", ledger.log_verified, name="log_verified"),
    path("ledger/<slug:name>", ledger.log, name="log"),
    path("ledger/<slug:name>/<int:index>", ledger.leaf, name="leaf"),
    path("ledger/<slug:name>/<int:index>/<str:part>", ledger.leaf_file, name="leaf_file"),
    path("duties", duties.duties, name="duties"),
    path("duties/<str:number>", duties.entries, name="campaign"),
    path("law", law.kept, name="law"),
    path("calendar", calendar.days, name="calendar"),
    path("packs", packs.pack_list, name="packs"),
    path("packs/<slug:name>", packs.pack_rows, name="pack"),
    path("packs/<slug:name>/export.<str:form>", packs.export, name="pack_export"),
    path("notices", notices.notice_list, name="notices"),
    path("notices/<int:number>", notices.notice, name="notice"),
    path("me/notices", notices.choice, name="notice_choice"),
    path("webhooks", webhooks.webhook_list, name="webhooks"),
    path("webhooks/<int:number>", webhooks.call, name="webhook_call"),
    path("units", units.unit_list, name="units"),
    path("units/<str:code>", units.unit, name="unit"),
    path("people", persons.people, name="people"),
    path("people/<str:username>", persons.person, name="person"),
    path("permissions", permissions.permissions, name="permissions"),
    *exchange.urlpatterns,
    *imports.urlpatterns,
]
