"""Indicators: every figure opens to rows that recount to it; who stands where, for those who see."""

from __future__ import annotations

import csv
import io
import re

import pytest

from yunzhang import clock
from yunzhang.oversee import indicators
from yunzhang.oversee.scoring import standings
from yunzhang.people.models import Unit
from yunzhang.terms.score import Figure


def recounted(client, address: str) -> tuple[int, int, int]:
    """Hits, misses and rows, counted from the file that the page of a figure gives."""
    sign = "&" if "?" in address else "?"
    answer = client.get(f"{address}{sign}export=csv")
    text = b"".join(answer.streaming_content if answer.streaming else [answer.content])
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    amounts = [int(row.get("Counts for", 1)) for row in rows]
    holds = [row["Outcome"] == "holds" for row in rows]
    right = sum(a for a, yes in zip(amounts, holds, strict=True) if yes)
    return right, sum(amounts) - right, len(rows)


@pytest.mark.parametrize("id", sorted(indicators.INDICATORS))
def test_every_figure_opens_to_rows_that_recount_to_it(town, visit, id) -> None:
    client, today = visit("reviewer", "en"), clock.today()
    units = list(Unit.objects.all())
    whole, parts = indicators.INDICATORS[id].split(units, today)

    found = {unit.code: recounted(client, f"/indicators/{id}?of={unit.code}") for unit in units}
    all_rows = recounted(client, f"/indicators/{id}")

    def told(figure: Figure) -> tuple[int, int, int]:
        return figure.hits, figure.misses, len(figure.held) + len(figure.failed)

    assert found == {unit.code: told(parts[unit.pk]) for unit in units}
    assert all_rows == told(whole)


def main(page: str) -> str:
    return page.partition("<main")[2]


def test_who_stands_best_and_worst_is_shown_to_those_who_see_all_units(town, visit) -> None:
    standings.keep(clock.today())

    everything = main(visit("reviewer").get("/indicators").content.decode())
    own = main(visit("provider").get("/indicators").content.decode())

    worst = f'href="/indicators/catalog_coverage?of={town.units[2].code}"'
    best = f'href="/indicators/catalog_coverage?of={town.units[3].code}"'
    assert worst in everything and best in everything
    assert worst in own and best not in own


def test_the_catalog_shows_what_was_kept_and_its_figures_are_those_of_the_page(town, visit) -> None:
    standings.keep(clock.today())
    figure = indicators.figure("catalog_coverage", Unit.objects.all(), clock.today())

    listed = visit("reviewer", "en").get("/indicators?export=csv")
    text = b"".join(listed.streaming_content if listed.streaming else [listed.content])
    rows = {row["Indicator"]: row for row in csv.DictReader(io.StringIO(text.decode("utf-8-sig")))}

    row = rows["Catalog coverage"]
    assert (int(row["Hits"]), int(row["Of"])) == (figure.hits, figure.of)
    assert row["Formula"] and row["Source"] and row["Clause"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("who", ["reviewer", "chief"])
def test_an_indicators_page_says_how_it_is_counted_in_few_queries(
    town, visit, django_assert_max_num_queries, who, language
) -> None:
    client = visit(who, language)

    with django_assert_max_num_queries(40):
        answer = client.get("/indicators/clock_punctuality")

    told = indicators.INDICATORS["clock_punctuality"]
    page = answer.content.decode()
    assert answer.status_code == 200
    assert (told.formula.zh if language == "zh-hans" else told.formula.en) in page
    assert client.get("/indicators/no_such_number").status_code == 404


def test_a_unit_reports_a_number_and_the_authority_draws_it_for_a_check(
    town, visit, settings
) -> None:
    settings.PACK = "liuzhou-2020"
    today = clock.today().isoformat()
    typed = {"deed": "report", "indicator": "township_online_rate", "of": "90", "as_of": today}

    wrong = visit("provider").post("/reported", {**typed, "hits": "91", "evidence": "月报"})
    made = visit("provider").post("/reported", {**typed, "hits": "45", "evidence": "月报"})
    drawn = visit("reviewer").get("/reported?seed=2026").content.decode()
    shown = visit("reviewer", "en").get("/indicators/township_online_rate").content.decode()

    assert "月报" in wrong.content.decode() and "不小于达到的数量" in wrong.content.decode()
    assert re.match(r"/cases/", made["Location"])
    assert main(drawn).count(made["Location"]) == 2
    assert "reported" in main(shown) and "50.0%" in main(shown)
    assert made["Location"] not in visit("stats").get("/reported").content.decode()
