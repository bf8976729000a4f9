"""A hub is founded from one file, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth import authenticate

from tests.hub_world import credit_code
from yunzhang.hub.founding_file import found
from yunzhang.people.models import Person, Unit
from yunzhang.terms.faults import Refused

CODE = credit_code(1)
FILE = f"""
[[units]]
code = "{CODE}"
name = "大数据发展局"
short_name = "数据局"
tier = "province"
is_authority = true

[[persons]]
username = "shencha"
full_name = "覃审查"
posts = [["{CODE}", "sharing_authority"]]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "begin.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.django_db
def test_the_people_of_the_file_sign_in_with_the_passwords_told(tmp_path: Path):
    passwords = found(written(tmp_path, FILE))

    assert Unit.objects.get().is_authority
    assert authenticate(username="shencha", password=passwords["shencha"]) is not None
    assert Person.objects.get().posts.get().role == "sharing_authority"


@pytest.mark.django_db
def test_the_file_says_what_kind_of_unit_it_is_and_how_the_pack_names_it(settings, tmp_path: Path):
    settings.PACK = "guangxi-2018"
    more = (
        'kind = "cloud_chief_office"\nrow = "guangxi.cloud_chief_office"\nsharing_body = "资源处"'
    )

    found(written(tmp_path, FILE.replace("is_authority = true", more)))

    unit = Unit.objects.get()
    assert (unit.kind, unit.row) == ("cloud_chief_office", "guangxi.cloud_chief_office")
    assert (unit.sharing_body, unit.is_authority) == ("资源处", False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("tier =", "tyre ="), "founding.file_wrong"),
        (("[[units]]", "[[units]"), "founding.file_wrong"),
        (("is_authority = true", 'kind = "guild"'), "unit.kind_unknown"),
        (("is_authority = true", 'row = "nobody"'), "unit.row_unknown"),
        (("sharing_authority", "king"), "person.role_unknown"),
        ((f'code = "{CODE}"', 'code = "123"'), "unit.code_wrong"),
        ((f'[["{CODE}"', '[["11450000MB9000023K"'), "founding.unit_unknown"),
    ],
)
def test_a_wrong_file_founds_nothing(tmp_path: Path, change: tuple[str, str], code: str):
    with pytest.raises(Refused) as refused:
        found(written(tmp_path, FILE.replace(*change)))

    assert code in refused.value.codes
    assert not Unit.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_a_founded_hub_is_not_founded_again(tmp_path: Path):
    found(written(tmp_path, FILE))

    with pytest.raises(Refused) as refused:
        found(written(tmp_path, FILE))

    assert refused.value.codes == ("hub.founded",)
