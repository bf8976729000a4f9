"""The pack at start: a hub that cannot read its pack says why, and does not start."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from yunzhang.packs import load
from yunzhang.packs.commands import faults_said
from yunzhang.terms.faults import Fault, Refused, refuse_if
from yunzhang.terms.pack import Pack


def insist(place: str, unknown: Callable[[Pack], Iterable[Fault]]) -> Pack:
    """The pack of this folder or shipped name; ends the process when it is missing or faulty.

    `unknown`: what the software that starts finds in a pack that it cannot do.
    The last words (SystemExit, status 1) name every fault with its code and next step, in Chinese
    and in English.
    """
    try:
        pack = load(place)
        refuse_if(unknown(pack))
    except Refused as refused:
        lines = [f"YUNZHANG_PACK={place}", *faults_said(refused, "zh"), *faults_said(refused, "en")]
        raise SystemExit("\n".join(lines)) from None
    return pack
