"""`yunzhang hub import`: the dry run names every flaw, the import acts as a named person."""

from __future__ import annotations

import argparse
from pathlib import Path

import openpyxl
import pytest

from tests.hub_world import HubWorld, credit_code
from tests.import_tables import workbook
from yunzhang.hub import import_command
from yunzhang.people.models import FactRow, Person, Unit
from yunzhang.terms.fact import Deed
from yunzhang.terms.faults import Refused


def run(*arguments: str) -> None:
    parser = argparse.ArgumentParser()
    import_command.add_arguments(parser.add_subparsers())
    import_command.run(parser.parse_args(["import", *arguments]))


def units(path: Path, code: str) -> str:
    rows = [("代码", "名称", "层级"), (code, "新设局", "省级")]
    return str(workbook(path / "units.xlsx", {"单位": rows}))


def test_a_dry_run_names_the_flaws_and_marks_them(
    hub: HubWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "marked.xlsx"

    run("units", units(tmp_path, "坏"), "--as", "reviewer", "--dry-run", "--out", str(out))

    assert "✗ 单位 2 代码" in capsys.readouterr().out
    assert openpyxl.load_workbook(out)["单位"]["A2"].comment is not None
    with pytest.raises(Refused) as refused:
        run("units", units(tmp_path, "坏"), "--as", "reviewer")
    assert refused.value.codes == ("import.not_sound",)


def test_records_are_entered_in_the_persons_name(hub: HubWorld, tmp_path: Path) -> None:
    run("units", units(tmp_path, credit_code(60)), "--as", "reviewer", "--why", "机构改革")

    assert Unit.objects.filter(name="新设局").exists()
    fact = FactRow.objects.get(deed=Deed.RECORDS_IMPORTED)
    assert (fact.person, fact.why) == (hub.reviewer.person, "机构改革")


def test_one_time_passwords_are_printed_once(
    hub: HubWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("用户名", "姓名", "单位", "角色"), ("newcomer", "新来的", "民政厅", "审计员")]
    path = str(workbook(tmp_path / "people.xlsx", {"人员": rows}))

    run("people", path, "--as", "reviewer")

    [told] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("newcomer")]
    assert Person.objects.get(username="newcomer").check_password(told.split("\t")[-1])


def test_nobody_acts_under_a_name_that_signs_nobody_in(hub: HubWorld, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        run("units", units(tmp_path, credit_code(61)), "--as", "nobody")

    assert refused.value.codes == ("import.person_unknown",)
