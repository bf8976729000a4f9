"""The pack at start: a hub that cannot read its pack says why, and does not start."""

from __future__ import annotations

from yunzhang.packs import load
from yunzhang.packs.commands import faults_said
from yunzhang.terms.faults import Refused
from yunzhang.terms.pack import Pack


def insist(place: str) -> Pack:
    """The pack of this folder or shipped name; ends the process when it is unknown or faulty.

    The last words (SystemExit, status 1) name every fault with its code and next step, in Chinese
    and in English.
    """
    try:
        return load(place)
    except Refused as refused:
        lines = [f"YUNZHANG_PACK={place}", *faults_said(refused, "zh"), *faults_said(refused, "en")]
        raise SystemExit("\n".join(lines)) from None
