"""Hotline tickets 12345 工单: cases that come in by phone, most of them settled by a call. Numbers are assumed (*)."""

from linli.simulation import lives
from linli.simulation.acts import Mix, Story

KINDS = Mix({"enquiry": 40, "ordinary": 50, "complex": 10})
IN_GRID = 30.0

ENDINGS = Mix(
    {
        "settled by a call": 680,
        "mediated": 60,
        "not for mediation": 120,
        "told again": 80,
        "refused by a party": 20,
        "no agreement": 25,
        "decided": 8,
        "forgotten": 7,
    }
)
"""Of a thousand. Enquiries are answered by a call, whatever was drawn but a refusal."""

NOT_OURS = Mix({"reserved_for_authority": 75, "before_authority": 25})

ACCEPTED_AFTER = Mix({0: 74, 1: 18, 2: 5, 4: 2, 7: 1})
NAMED_AFTER = Mix({0: 82, 1: 14, 2: 3, 5: 1})
CALLED_AFTER = Mix({0: 60, 1: 26, 2: 10, 4: 3, 9: 1})
ANSWERED_AFTER = Mix({0: 92, 1: 7, 3: 1})
"""Working days. An ordinary ticket is due within 5, a complex one within 15."""

ENQUIRY_ACCEPTED_AFTER = Mix({0: 95, 1: 3, 2: 2})
MINUTES_UNTIL_ANSWERED = (10, 40)
"""An enquiry is due within 1: the desk that takes it on calls back at once."""

MINUTES_UNTIL_TOLD_AGAIN = (15, 180)


def live(story: Story) -> None:
    """From the call to the answer; one that is told again takes two of the volume."""
    ending = story.draw(ENDINGS)
    kind = story.draw(KINDS)
    if kind == "enquiry" and ending in ("mediated", "no agreement", "decided"):
        ending = "settled by a call"
    relation = "owner_government" if ending == "decided" else None
    lives.draw_facts(story, channel="hotline", in_grid=IN_GRID, relation=relation)
    story.case.facts["ticket_kind"] = kind
    story.tell("register")
    if ending == "told again":
        _tell_again(story)
    if ending == "not for mediation":
        story.work(ACCEPTED_AFTER, "refuse", reason=story.draw(NOT_OURS))
    elif ending != "forgotten":
        story.work(ENQUIRY_ACCEPTED_AFTER if kind == "enquiry" else ACCEPTED_AFTER, "accept")
        _go_on(story, ending)


def _go_on(story: Story, ending: str) -> None:
    if ending == "refused by a party":
        story.work(ACCEPTED_AFTER, "refuse", reason="party_refused")
    elif ending == "decided":
        lives.decide(story)
    elif ending in ("mediated", "no agreement"):
        _mediate(story, ending)
    else:
        _call(story)


def _tell_again(story: Story) -> None:
    """The same caller on the same day: the second ticket is worked on with the first."""
    first, last = MINUTES_UNTIL_TOLD_AGAIN
    if story.room > 1 and story.soon(first + story.below(last - first), "register again"):
        story.taken += 1
        story.work(ENQUIRY_ACCEPTED_AFTER, "link")


def _call(story: Story) -> None:
    mediator = lives.mediator_of(story)
    if story.case.facts["ticket_kind"] == "enquiry":
        first, last = MINUTES_UNTIL_ANSWERED
        story.follow(first, "assign", mediator=mediator, chosen_by="committee")
        story.follow(first + story.below(last - first), "session", mediator=mediator, by_phone=True)
        story.follow(first, "resolve", mediator=mediator, form="oral")
    else:
        story.work(NAMED_AFTER, "assign", mediator=mediator, chosen_by="committee")
        story.work(CALLED_AFTER, "session", mediator=mediator, by_phone=True)
        story.work(ANSWERED_AFTER, "resolve", mediator=mediator, form="oral")
    lives.say(story)


def _mediate(story: Story, ending: str) -> None:
    mediator = lives.assign(story)
    lives.meet(story, mediator, 2)
    if ending == "no agreement":
        story.work(lives.ENDED_AFTER, "terminate", mediator=mediator, reason="no_agreement")
    else:
        lives.agree(story, mediator, "written")
        lives.follow_up(story)
