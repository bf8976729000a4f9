"""Only the reviewed bytes of third parties reach the pages."""

from __future__ import annotations

import hashlib

import pytest

from tools import node_packages
from tools.node_packages import VENDOR, Asset
from tools.step import Stuck


def test_every_listed_asset_is_in_place_and_unchanged():
    for asset in node_packages.listed():
        data = (VENDOR / asset.target).read_bytes()

        assert hashlib.sha256(data).hexdigest() == asset.sha256, asset.target


def test_all_assets_that_differ_are_named_and_none_is_placed(tmp_path):
    (tmp_path / "changed.js").write_text("other")
    (tmp_path / "good.js").write_text("good")
    good = hashlib.sha256(b"good").hexdigest()
    assets = [Asset("changed.js", "changed.js", "0" * 64), Asset("good.js", "good.js", good)]

    with pytest.raises(Stuck, match=r"changed\.js"):
        node_packages.place(assets, tmp_path, tmp_path / "vendor")

    assert not (tmp_path / "vendor").exists()
