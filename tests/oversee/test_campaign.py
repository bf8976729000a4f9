"""The yearly campaign: a catalog confirmed entry by entry, an assessment frozen and circulated."""

from __future__ import annotations

from datetime import date

import pytest

from tests.hub_world import WHY, HubWorld
from tests.oversee.duties import days, holder, opened, take
from yunzhang import clock
from yunzhang.gather.models import EntryVersion
from yunzhang.oversee.duties import campaign, handing_in
from yunzhang.oversee.models import Score
from yunzhang.oversee.scoring import scores
from yunzhang.people.models import Case, Clock, Notice
from yunzhang.terms.faults import Refused


@pytest.fixture
def guangxi(settings, hub: HubWorld) -> HubWorld:
    settings.PACK = "guangxi-2018"
    return hub


def of_unit(found: list[Case], hub: HubWorld, number: int) -> Case:
    return next(c for c in found if c.parties.get(party=handing_in.UNIT).unit == hub.units[number])


def test_the_campaign_closes_when_every_entry_is_confirmed_within_the_year(guangxi):
    old, new = guangxi.published("townships"), guangxi.published("villages")
    _, due = days("yearly_catalog")
    years_ago = date(due.year - 2, 1, 5)
    EntryVersion.objects.filter(pk=old.pk).update(published_on=years_ago)
    EntryVersion.objects.filter(pk=new.pk).update(published_on=date(due.year, 1, 5))
    case = of_unit(opened("yearly_catalog", due), guangxi, 2)
    assert campaign.unconfirmed(case) == [old]

    with pytest.raises(Refused) as early:
        take(guangxi.head, case, "finish")
    case = campaign.confirm(guangxi.officer, case, [old.resource.code], why=WHY)
    take(guangxi.head, case, "finish")
    closed = take(guangxi.reviewer, case, "issue")

    assert early.value.codes == ("campaign.entries_open",)
    assert old.resource.code in str(early.value)
    assert closed.closed_on == clock.today()
    assert Clock.objects.get(subject=f"case:{case.pk}").ended_on == clock.today()


def test_another_units_entry_cannot_be_confirmed(guangxi):
    entry = guangxi.published()
    _, due = days("yearly_catalog")
    case = of_unit(opened("yearly_catalog", due), guangxi, 3)

    with pytest.raises(Refused) as caught:
        campaign.confirm(guangxi.outsider, case, [entry.resource.code], why=WHY)

    assert caught.value.codes == ("campaign.entries_others",)
    assert not campaign.confirmed(Case.objects.get(pk=case.pk))


def test_the_assessment_closes_only_with_frozen_scores(guangxi):
    chief = holder(guangxi, "chief", guangxi.units[2], "cloud_chief")
    _, due = days("yearly_assessment")
    [case] = opened("yearly_assessment", due)

    with pytest.raises(Refused) as early:
        take(guangxi.reviewer, case, "circulate", circular="各单位按时率……")
    take(guangxi.reviewer, case, "freeze")
    assert Score.objects.filter(period=str(due.year)).count() == 3
    closed = take(guangxi.reviewer, case, "circulate", circular="民政厅目录齐全。")

    assert early.value.codes == ("procedure.move_wrong",)
    assert closed.closed_on == clock.today()
    told = Notice.objects.filter(person=chief.person, key=f"case:{case.pk}:circulated")
    assert "民政厅目录齐全" in told.get().zh


def test_scores_the_authority_froze_already_are_not_frozen_again(guangxi):
    _, due = days("yearly_assessment")
    [case] = opened("yearly_assessment", due)
    scores.freeze(guangxi.reviewer, str(due.year), clock.today(), why=WHY)

    take(guangxi.reviewer, case, "freeze")

    assert Score.objects.filter(period=str(due.year)).count() == 3
