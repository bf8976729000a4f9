"""`yunzhang pack check` and `diff`: what a person sees, and the exit status."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from yunzhang.cli import main


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The example pack in a folder of one's own."""
    folder = tmp_path / "mine"
    with as_file(files("yunzhang.packs").joinpath("example")) as example:
        shutil.copytree(example, folder)
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_example_checks_clean(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pack", "check", str(copy)]) == 0

    assert "✓ example(示例) ← national" in capsys.readouterr().out


def test_every_fault_is_printed(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(copy / "clocks.toml", "days = 8", "days = 12")
    change(copy / "work.toml", "weight = 10", 'weight = "ten"')
    change(copy / "people.toml", 'kind = "sharing_authority"', 'kind = "kingdom"')

    assert main(["pack", "check", str(copy), "--lang", "en"]) == 1

    told = capsys.readouterr().out
    assert "work.toml, row cloud_migration_rate, weight: a whole number" in told
    assert "people.toml, row example.data_bureau, kind: there is no “kingdom” in unit_kinds" in told
    assert "“C4” is looser in days" in told
    assert "国务院令第809号 第二十一条" in told
    assert "示例市细则 第九条" in told


def test_a_difference_is_told_field_by_field(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(copy / "clocks.toml", "days = 8", "days = 6")

    assert main(["pack", "diff", "example", str(copy)]) == 0

    told = capsys.readouterr().out.splitlines()
    assert told == [
        "example → example",
        "~ clocks C4 有条件共享答复 [示例市细则 第九条]",
        "    days: 8 → 6",
        "共 1 行不同",
    ]


def test_two_packs_alike_have_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pack", "diff", "national", "national", "--lang", "en"]) == 0

    assert capsys.readouterr().out.splitlines()[-1] == "no difference"


def test_a_pack_beside_it_may_stand_below(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    upper = copy.parent / "upper"
    upper.mkdir()
    (upper / "pack.toml").write_text('id = "upper"\nzh = "上"\nen = "U"\nover = "mine"\n')

    assert main(["pack", "check", str(upper)]) == 0

    assert "← mine" in capsys.readouterr().out


@pytest.mark.parametrize("over", ["nowhere", "../mine", "upper"])
def test_a_pack_that_stands_on_nothing_or_on_itself_is_refused(
    copy: Path, over: str, capsys: pytest.CaptureFixture[str]
) -> None:
    upper = copy.parent / "upper"
    upper.mkdir()
    (upper / "pack.toml").write_text(f'id = "upper"\nzh = "上"\nen = "U"\nover = "{over}"\n')

    assert main(["pack", "check", str(upper)]) == 1

    expected = "pack.circle" if over == "upper" else "pack.missing"
    assert expected in capsys.readouterr().out


def test_bytes_that_are_no_text_are_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "rules.toml").write_bytes("zh = '云'".encode("gbk"))

    assert main(["pack", "check", str(copy), "--lang", "en"]) == 1

    assert "rules.toml, row —, UTF-8: not in UTF-8" in capsys.readouterr().out
