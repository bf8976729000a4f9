"""`yunzhang hub map`: boundaries loaded in the name of a person, faults told on the way."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from tests.hub_world import HubWorld
from tests.oversee import squares
from yunzhang.hub import map_command
from yunzhang.oversee.mapping.map_models import Boundary, BoundarySheet
from yunzhang.terms.faults import Refused

SAID = ("--as", "reviewer", "--source", "省级测绘成果", "--licence", "内部使用")


def run(*arguments: str) -> None:
    parser = argparse.ArgumentParser()
    map_command.add_arguments(parser.add_subparsers())
    map_command.run(parser.parse_args(["map", *arguments]))


def test_sound_areas_are_loaded_and_the_others_named(
    hub: HubWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "areas.geojson"
    file.write_bytes(squares.file(squares.REGION, squares.feature("", "境界线", 105, 106)))

    run(str(file), *SAID, "--review-number", "桂S(2026)12号", "--sound-only")

    told = capsys.readouterr().out
    assert "境界线" in told
    assert "✓ 1" in told
    assert Boundary.objects.get().sheet == BoundarySheet.objects.get(review_number="桂S(2026)12号")


def test_a_faulty_file_is_refused_whole(hub: HubWorld, tmp_path: Path) -> None:
    file = tmp_path / "areas.geojson"
    file.write_bytes(squares.file(squares.REGION, squares.feature("", "境界线", 105, 106)))

    with pytest.raises(Refused) as refused:
        run(str(file), *SAID)

    assert refused.value.codes == ("map.code",)
    assert not Boundary.objects.exists()
