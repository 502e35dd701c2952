"""Mediations 人民调解: disputes that people bring to their community. Every number is assumed (*)."""

from linli.simulation import lives
from linli.simulation.acts import Mix, Story

CHANNELS = Mix({"resident": 58, "officer": 24, "grid_leader": 12, "mediator": 6})
IN_GRID = 70.0
SESSIONS = Mix({1: 68, 2: 24, 3: 8})

ENDINGS = Mix(
    {
        "agreed": 760,
        "no agreement": 80,
        "refused by a party": 55,
        "not for mediation": 40,
        "withdrawn": 20,
        "ended by a party": 18,
        "taken elsewhere": 10,
        "decided": 12,
        "forgotten": 5,
    }
)
"""Of a thousand."""

TERMINATED = {"no agreement": "no_agreement", "ended by a party": "party_ended", "taken elsewhere": "other_route_taken"}
NOT_OURS = Mix({"reserved_for_authority": 60, "before_authority": 40})


def live(story: Story) -> None:
    """From its filing to what is found months later."""
    ending = story.draw(ENDINGS)
    # Bodies can decide what they answer for; between two parties, only these can settle it.
    relation = "owner_government" if ending == "decided" else None
    lives.draw_facts(story, channel=story.draw(CHANNELS), in_grid=IN_GRID, relation=relation)
    story.tell("register")
    if ending == "withdrawn":
        story.live(lives.WITHDRAWN_AFTER, "withdraw")
    elif ending == "not for mediation":
        story.work(lives.ACCEPTED_AFTER, "refuse", reason=story.draw(NOT_OURS))
    elif ending != "forgotten":
        story.work(lives.ACCEPTED_AFTER, "accept")
        _go_on(story, ending)


def _go_on(story: Story, ending: str) -> None:
    if ending == "refused by a party":
        story.work(lives.ASSIGNED_AFTER, "refuse", reason="party_refused")
    elif ending == "decided":
        lives.decide(story)
    else:
        _mediate(story, ending)


def _mediate(story: Story, ending: str) -> None:
    mediator = lives.assign(story)
    lives.meet(story, mediator, story.draw(SESSIONS))
    if ending in TERMINATED:
        story.work(lives.ENDED_AFTER, "terminate", mediator=mediator, reason=TERMINATED[ending])
    else:
        lives.agree(story, mediator, story.draw(lives.FORMS))
        lives.follow_up(story)
