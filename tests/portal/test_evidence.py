"""Evidence packages: all that proves a grant or a case, checked from the files alone."""

from __future__ import annotations

import io
import zipfile

from tests.portal.town import WHY
from tests.portal.volume import supervised
from yunzhang.people import cases
from yunzhang.protect.verify import verify_proof, verify_receipt


def test_an_evidence_package_of_a_grant_is_checked_without_the_hub(town, visit):
    grant = town.grants["granted"]

    answer = visit("auditor").get(f"/grants/{grant.pk}/evidence.zip")

    held = zipfile.ZipFile(io.BytesIO(answer.content))
    names = held.namelist()
    hub, node = held.read("hub.key").decode().strip(), held.read("node.key").decode().strip()
    facts = [name[:-5] for name in names if name.startswith("facts/") and name.endswith(".proof")]
    calls = [name[:-6] for name in names if name.startswith("receipts/") and ".proof" in name]
    assert len(calls) == 173
    for name in names:
        if name.startswith("facts/") and name.endswith(".proof"):
            entry = held.read(name.replace(".proof", ".json"))
            assert verify_proof(entry, held.read(name).decode(), hub).ok
    proof = held.read(f"{calls[0]}.proof").decode()
    assert verify_receipt(held.read(f"{calls[0]}.json"), proof, node).ok
    assert facts
    assert held.read("grant.json").decode() == grant.signed
    assert "yunzhang verify receipt" in held.read("README.txt").decode()


def test_an_evidence_package_of_a_case_holds_its_moves_and_papers(town, visit):
    case = supervised(town)
    cases.move(town.provider_head, case, "hand_in", papers={"paper.progress": "已答复"}, why=WHY)

    answer = visit("auditor").get(f"/cases/{case.number}/evidence.zip")

    held = zipfile.ZipFile(io.BytesIO(answer.content))
    moves = [name for name in held.namelist() if name.startswith("moves/")]
    assert "moves/001.json" in moves
    assert any(held.read(name).decode() == "已答复" for name in moves)


def test_evidence_of_others_affairs_is_not_to_be_had(town, visit):
    grant, case = town.grants["granted"], supervised(town)

    assert visit("stats").get(f"/grants/{grant.pk}/evidence.zip").status_code == 404
    assert visit("stats").get(f"/cases/{case.number}/evidence.zip").status_code == 404
