"""How a dispute goes on, told step by step; the parts mix these. Every number is assumed (*) unless a law is named."""

from linli.simulation import words
from linli.simulation.acts import Mix, Story
from linli.simulation.disputes import BODIES, MEDIATORS
from linli.simulation.shape import RAINY_MONTHS

ACCEPTED_AFTER = Mix({0: 40, 1: 30, 2: 15, 3: 7, 4: 3, 7: 3, 9: 1, 14: 1})
"""Working days. Due within 5: one in twenty is late."""

ASSIGNED_AFTER = Mix({0: 52, 1: 28, 2: 12, 3: 3, 5: 3, 8: 2})
"""Due within 3."""

MET_AFTER = Mix({1: 20, 2: 20, 3: 20, 5: 20, 8: 12, 14: 5, 22: 3})
MET_AGAIN_AFTER = Mix({3: 35, 5: 40, 10: 25})
AGREED_AFTER = Mix({0: 60, 1: 22, 3: 13, 8: 4, 16: 1})
"""Due within 30 days of acceptance; the slowest are not."""

ENDED_AFTER = Mix({0: 40, 2: 40, 6: 20})
VISITED_AFTER = Mix({8: 40, 15: 40, 25: 20})
TAKEN_UP_AFTER = Mix({0: 60, 2: 40})
SAID_AFTER = Mix({1: 40, 3: 30, 7: 20, 15: 10})
"""Days until the one who filed says by secret whether it is resolved."""

WITHDRAWN_AFTER = Mix({1: 50, 3: 30, 6: 20})
ANSWERED_AFTER = Mix({0: 40, 1: 40, 2: 20})
DECIDED_AFTER = Mix({1: 50, 3: 50})

SATISFACTION = Mix({5: 48, 4: 30, 3: 13, 2: 5, 1: 4})
FORMS = Mix({"written": 38, "oral": 62})
CONFIRMED, DENIED = 28.0, 1.5
"""Of a hundred resolved ones, confirmed by secret with a satisfaction, and said not to be resolved."""

VISITED, NOT_PERFORMED, PARTLY = 35.0, 5.0, 12.0
"""Of a hundred agreements, asked after by the committee (人民调解法 Art. 31); of those, what it found."""

MEDIATOR_REFUSED, MEDIATOR_PARTIAL = 1.5, 0.8
"""Of a hundred assigned ones (人民调解法 Art. 23, 14)."""


def draw_facts(story: Story, *, channel: str, in_grid: float, relation: str | None = None) -> None:
    """What is told at intake. `in_grid`: of a hundred, those that name a household."""
    facts = story.case.facts
    rains = story.at.month in RAINY_MONTHS
    facts["relation"] = relation or story.draw(words.RELATIONS)
    facts["category"] = story.draw(words.CATEGORIES_IN_THE_RAIN if rains else words.CATEGORIES)
    facts["channel"] = channel
    facts["filer"] = story.below(10_000)
    facts["household"] = story.below(10_000) if story.happens(in_grid) else None


def mediator_of(story: Story) -> int:
    """One of the committee who is impartial; the last of them is left out, for he or she may have filed it."""
    recused = story.case.facts.get("recused")
    mediator = story.below(MEDIATORS - 1)
    return 1 - mediator if mediator == recused else mediator


def assign(story: Story) -> int:
    """The committee names a mediator; now and then a party refuses that one, or he or she is not impartial."""
    mediator = name(story)
    if story.happens(MEDIATOR_REFUSED):
        story.work(ANSWERED_AFTER, "unassign")
        mediator = 1 - mediator
        story.work(ANSWERED_AFTER, "assign", mediator=mediator, chosen_by="parties")
    elif story.happens(MEDIATOR_PARTIAL):
        story.case.facts["recused"] = mediator
        mediator = 1 - mediator
        story.work(ANSWERED_AFTER, "reassign", mediator=mediator)
    return mediator


def name(story: Story) -> int:
    mediator = mediator_of(story)
    story.work(ASSIGNED_AFTER, "assign", mediator=mediator, chosen_by="committee")
    return mediator


def meet(story: Story, mediator: int, sessions: int) -> None:
    story.work(MET_AFTER, "session", mediator=mediator)
    for _ in range(sessions - 1):
        story.work(MET_AGAIN_AFTER, "session", mediator=mediator)


def agree(story: Story, mediator: int, form: str) -> None:
    story.work(AGREED_AFTER, "resolve", mediator=mediator, form=form)


def follow_up(story: Story) -> None:
    """What is said and found afterwards; what is not performed, or denied, is mediated once more."""
    if say(story) or not story.happens(VISITED):
        return
    if story.happens(NOT_PERFORMED):
        story.work(VISITED_AFTER, "visit", performed="no")
        story.work(TAKEN_UP_AFTER, "reopen", reason="not_performed")
        again(story)
    else:
        story.work(VISITED_AFTER, "visit", performed="partly" if story.happens(PARTLY) else "yes")


def say(story: Story) -> bool:
    """Some say by secret that it is resolved; whether somebody said that it is not."""
    if story.happens(CONFIRMED):
        confirm(story)
        return False
    if not story.happens(DENIED):
        return False
    story.live(SAID_AFTER, "deny")
    again(story)
    return True


def confirm(story: Story) -> None:
    story.live(SAID_AFTER, "confirm", satisfaction=story.draw(SATISFACTION))


def again(story: Story) -> None:
    """A case that was taken up again; it ends with this."""
    mediator = name(story)
    meet(story, mediator, 1)
    agree(story, mediator, "written")


def decide(story: Story) -> None:
    """The five bodies are convened and heard, and who is in charge decides."""
    story.work(ANSWERED_AFTER, "convene")
    for body in BODIES:
        story.work(ANSWERED_AFTER, "answer", body=body)
    story.work(DECIDED_AFTER, "decide")
    if story.happens(CONFIRMED):
        confirm(story)
