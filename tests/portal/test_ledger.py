"""The ledger explorer: the Verify button recomputes, a change shows, files satisfy the verifier."""

from __future__ import annotations

from yunzhang.people.hub_key import hub_key
from yunzhang.people.models import FactRow
from yunzhang.portal.protect import logs
from yunzhang.protect.verify import verify_proof
from yunzhang.use.models import Usage


def test_the_button_recomputes_the_proof_in_numbered_steps(town, visit):
    client = visit("auditor")

    for address in ("/ledger/HUB/7?verify=1", "/ledger/civil-node/7?verify=1"):
        text = client.get(address).content.decode()

        assert "每一步都成立" in text
        assert [f'data-mark="{number}"' in text for number in (1, 2, 3, 4)] == [True] * 4


def test_a_fact_changed_afterwards_no_longer_verifies(town, visit):
    fact = FactRow.objects.get(index=7)
    fact.leaf = fact.leaf.replace("registered", "regretted")
    fact.save()

    text = visit("auditor").get("/ledger/HUB/7?verify=1").content.decode()

    assert "不成立" in text
    assert 'data-mark="✕"' in text


def test_a_receipt_changed_afterwards_takes_its_neighbours_proof_with_it(town, visit):
    receipt = Usage.objects.get(index=6)
    receipt.leaf = receipt.leaf.replace('"rows":2', '"rows":1')
    receipt.save()

    text = visit("auditor").get("/ledger/civil-node/7?verify=1").content.decode()

    assert "不成立" in text


def test_the_files_of_an_entry_satisfy_the_verifier_for_outsiders(town, visit):
    client = visit("auditor")

    entry = client.get("/ledger/HUB/11/entry.json").content
    proof = client.get("/ledger/HUB/11/proof.txt").content.decode()

    assert verify_proof(entry, proof, hub_key().public.text).ok


def test_the_files_of_a_receipt_satisfy_the_verifier_for_outsiders(town, visit):
    client = visit("auditor")

    entry = client.get("/ledger/civil-node/150/entry.json").content
    proof = client.get("/ledger/civil-node/150/proof.txt").content.decode()

    assert verify_proof(entry, proof, town.node_key.public.text).ok


def test_a_kept_subtree_proves_a_log_of_more_than_one_tile(town):
    leaves = [str(number).encode() for number in range(1000)]
    log = logs.Log("many", hub_key().public, "", 1000, lambda start, stop: leaves[start:stop])
    read = logs.reader(log)

    from yunzhang.protect import merkle

    path = merkle.inclusion_proof(700, 1000, read)
    root = merkle.root(1000, read)
    assert merkle.verify_inclusion(700, 1000, merkle.leaf_hash(leaves[700]), path, root)


def test_a_fact_that_waits_for_its_checkpoint_says_so(town, visit):
    client = visit("provider")
    client.post("/systems", {"deed": "register", "name": "新系统", "why": "登记"})
    fact = FactRow.objects.get(index=None)
    fact.index = FactRow.objects.exclude(index=None).count()
    fact.save()

    page = visit("auditor").get(f"/ledger/HUB/{fact.index}")
    proof = visit("auditor").get(f"/ledger/HUB/{fact.index}/proof.txt")

    assert "尚未纳入签名检查点" in page.content.decode()
    assert proof.status_code == 409


def test_the_whole_log_is_recomputed_from_its_files(town, visit):
    assert "每一步都成立" in visit("auditor").get("/ledger/HUB/verified").content.decode()


def test_facts_are_found_by_their_subject(town, visit):
    subject = f"request:{town.requests['granted'].pk}"

    text = visit("auditor").get("/ledger/HUB", {"subject": subject}).content.decode()

    assert text.count(subject) >= 4
    assert "request:999" not in text
