"""Doors: each address names its permission, each permission opens one, and nothing leaks."""

from __future__ import annotations

import json
import logging
from typing import Any, cast

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from yunzhang.people.permissions import NEEDS, WORKER, Actor, may, pack
from yunzhang.portal import doors, export
from yunzhang.portal.doors import PUBLIC, SIGNED_IN, RefusalMiddleware, Visit


def routes(resolver: URLResolver | None = None) -> list[URLPattern]:
    found: list[URLPattern] = []
    for entry in (resolver or get_resolver()).url_patterns:
        found += routes(entry) if isinstance(entry, URLResolver) else [entry]
    return found


def permission(route: URLPattern) -> str:
    return str(getattr(route.callback, "permission", ""))


def permissions() -> set[str]:
    return {permission for role in pack().roles for permission in role.may}


def test_every_route_names_its_permission():
    unnamed = [str(r.pattern) for r in routes() if not permission(r)]

    assert not unnamed


def test_every_named_permission_is_held_by_a_role():
    named = {permission(r) for r in routes()} - {PUBLIC, SIGNED_IN, "node"}

    assert named <= permissions()


def test_every_permission_opens_a_route_or_allows_a_deed():
    used = {permission(r) for r in routes()} | set(NEEDS.values())

    assert not permissions() - used


def test_someone_unknown_is_never_taken_for_the_worker(rf: RequestFactory, db):
    actor = doors.frame(rf.get("/"))["actor"]

    assert actor.person is not None
    assert not any(may(actor, name) for name in (WORKER, *permissions()))
    assert may(Actor(None), WORKER)


@pytest.fixture
def broken(monkeypatch):
    """The catalog's search fails as nothing should."""

    def fail(*_args, **_named):
        raise RuntimeError("secret row 451024")

    monkeypatch.setattr("yunzhang.gather.search.published", fail)


def test_the_unexpected_becomes_an_incident_number_and_no_stack(broken, visit, caplog):
    with caplog.at_level(logging.ERROR):
        answer = visit("consumer").get("/catalog")

    text = answer.content.decode()
    assert answer.status_code == 500
    assert "事件编号" in text
    assert "451024" not in text
    assert "RuntimeError" not in text
    [record] = [r for r in caplog.records if "incident" in r.getMessage()]
    assert record.args[0] in text


def test_the_unexpected_is_told_to_a_machine_as_json(broken, visit):
    answer = visit("consumer").get("/catalog", headers={"accept": "application/json"})

    [fault] = json.loads(answer.content)["faults"]
    assert (answer.status_code, fault["code"]) == (500, "hub.incident")


def test_a_page_that_does_not_exist_offers_the_way_back(visit):
    answer = visit("consumer").get("/nowhere")

    assert answer.status_code == 404
    assert "回到工作台" in answer.content.decode()


def test_the_middleware_leaves_djangos_own_answers_alone(rf: RequestFactory):
    middleware = RefusalMiddleware(lambda request: HttpResponse())

    assert middleware.process_exception(cast("Visit", rf.get("/")), Http404()) is None


def test_pages_of_a_person_are_not_kept_by_caches(visit):
    assert visit("consumer").get("/")["Cache-Control"] == "no-store"


def whole(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_list_leaves_as_excel_and_csv(visit):
    client = visit("consumer")

    excel = client.get("/catalog?export=xlsx")
    text = whole(client.get("/catalog?export=csv")).decode("utf-8-sig")

    assert excel["Content-Type"] == export.EXCEL
    assert whole(excel).startswith(b"PK")
    assert "乡级行政区划代码" in text


def test_a_text_that_looks_like_a_formula_leaves_as_text():
    sheet = export.Sheet("catalog", ("名称",), [("=HYPERLINK(1)",), ("+1",), ("@x",), (3,)])

    lines = whole(export.as_file(sheet, "csv")).decode("utf-8-sig").splitlines()
    book = whole(export.as_file(sheet, "xlsx"))

    from io import BytesIO

    from openpyxl import load_workbook

    cells = [row[0] for row in load_workbook(BytesIO(book)).active.iter_rows(min_row=2)]
    assert lines[1:] == ["'=HYPERLINK(1)", "'+1", "'@x", "3"]
    assert [cell.data_type for cell in cells] == ["s", "s", "s", "n"]
