"""Resource codes: given once, whoever asks at the same moment, and never again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from yunzhang.gather.codes import next_code
from yunzhang.gather.models import ResourceSequence
from yunzhang.terms.identifiers import resource_code_valid


def in_a_deed_of_its_own(_: int) -> str:
    try:
        with transaction.atomic():
            return next_code("307001")
    finally:
        connection.close()


def test_many_at_once_get_different_codes(transactional_db) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(in_a_deed_of_its_own, range(80)))

    assert sorted(codes) == [f"307001/{number:06d}" for number in range(1, 81)]
    assert all(map(resource_code_valid, codes))


def test_each_classification_counts_by_itself(db) -> None:
    assert [next_code("101001"), next_code("102001"), next_code("101001")] == [
        "101001/000001",
        "102001/000001",
        "101001/000002",
    ]


def test_a_code_outlives_its_resource(db) -> None:
    next_code("101001")

    assert ResourceSequence.objects.get().last == 1
    assert next_code("101001") == "101001/000002"


@pytest.mark.parametrize("classification", ["", "9", "407001", "30700"])
def test_a_lawless_classification_gets_no_code(db, classification: str) -> None:
    with pytest.raises(ValueError, match="not a resource classification"):
        next_code(classification)
