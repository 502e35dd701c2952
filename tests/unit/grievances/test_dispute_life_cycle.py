"""Every pair of state and command of a dispute's life, and the articles of the People's Mediation Law behind them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from chassis.errors import Conflict, InvalidInput, NotAllowed, WrongState
from services.grievances.disputes import events, life_cycle, model
from services.grievances.disputes.life_cycle import Change, Command
from services.grievances.disputes.model import Dispute, Side, State

FILED = datetime(2026, 3, 1, 2, tzinfo=UTC)
LATER = datetime(2026, 3, 12, 2, tzinfo=UTC)

DISPUTE = Dispute(
    dispute_id=UUID("01936f00-0000-7000-8000-00000000000a"),
    area="440305001012",
    grid_unit_id=None,
    relation=model.Relation.OWNER_OWNER,
    category="noise",
    filed_by="resident-1",
    registered_at=FILED,
    serial=7,
    applicant_id="resident-1",
)

FIRST_TOLD = replace(DISPUTE, dispute_id=UUID("01936f00-0000-7000-8000-00000000000b"), serial=6)

Step = Callable[[Dispute, str], Change]


def _side(dispute: Dispute, by: str) -> Side | None:
    """Who filed speaks for the own side; who works on it says that the other one wants it."""
    return None if by == dispute.filed_by else Side.RESPONDENT


STEPS: dict[Command, Step] = {
    Command.ACCEPT: lambda dispute, by: life_cycle.accept(dispute, by=by, now=LATER),
    Command.ASSIGN: lambda dispute, by: life_cycle.assign(dispute, mediator_id="mediator-9", by=by),
    Command.REASSIGN: lambda dispute, by: life_cycle.reassign(
        dispute, successor_id="mediator-9", reason=model.ReassignmentReason.NEAR_RELATIVE, by=by
    ),
    Command.UNASSIGN: lambda dispute, by: life_cycle.unassign(dispute, by=by, on_behalf_of=_side(dispute, by)),
    Command.MEDIATE: lambda dispute, by: life_cycle.mediate(dispute, by=by),
    Command.RESOLVE: lambda dispute, by: life_cycle.resolve(
        dispute, form=model.AgreementForm.WRITTEN, by=by, now=LATER
    ),
    Command.DECIDE: lambda dispute, by: life_cycle.decide(dispute, by=by, now=LATER),
    Command.CONFIRM: lambda dispute, by: life_cycle.confirm(dispute, satisfaction=5, by=by, now=LATER),
    Command.REFUSE: lambda dispute, by: life_cycle.refuse(
        dispute, reason=model.RefusalReason.PARTY_REFUSED, by=by, now=LATER, on_behalf_of=_side(dispute, by)
    ),
    Command.TERMINATE: lambda dispute, by: life_cycle.terminate(
        dispute, reason=model.TerminationReason.NO_AGREEMENT, by=by, now=LATER
    ),
    Command.LINK: lambda dispute, by: life_cycle.link(dispute, to=FIRST_TOLD, by=by, now=LATER),
    Command.REOPEN: lambda dispute, by: life_cycle.reopen(
        dispute, reason=model.ReopeningReason.NEW_FACTS, by=by, now=LATER
    ),
}

BY_OFFICE: dict[Command, Step] = {
    command: step for command, step in STEPS.items() if command not in (Command.CONFIRM, Command.UNASSIGN)
} | {
    Command.REFUSE: lambda dispute, by: life_cycle.refuse(
        dispute, reason=model.RefusalReason.RESERVED_FOR_AUTHORITY, by=by, now=LATER
    ),
}
"""The same steps where they are the committee's, so that no party takes them."""

LEFT_TO_THE_COMPLAINANT: dict[str, tuple[Step, tuple[State, ...]]] = {
    "人民调解法 Art. 17: to refuse": (STEPS[Command.REFUSE], model.OPEN_STATES),
    "人民调解法 Art. 23: to end it": (
        lambda dispute, by: life_cycle.terminate(dispute, reason=model.TerminationReason.PARTY_ENDED, by=by, now=LATER),
        (State.ASSIGNED, State.MEDIATING),
    ),
    "人民调解法 Art. 23: to refuse the mediator": (STEPS[Command.UNASSIGN], (State.ASSIGNED, State.MEDIATING)),
    "人民调解法 Art. 31: to confirm": (STEPS[Command.CONFIRM], (State.RESOLVED,)),
    "人民调解法 Art. 31: to say that it is not resolved": (
        lambda dispute, by: life_cycle.reopen(dispute, reason=model.ReopeningReason.NOT_CONFIRMED, by=by, now=LATER),
        (State.RESOLVED, State.LINKED),
    ),
}

ALLOWED = {
    (State.REGISTERED, Command.ACCEPT): (State.ACCEPTED, "dispute.accepted"),
    (State.REGISTERED, Command.REFUSE): (State.REFUSED, "dispute.refused"),
    (State.REGISTERED, Command.LINK): (State.LINKED, "dispute.linked"),
    (State.ACCEPTED, Command.ASSIGN): (State.ASSIGNED, "dispute.assigned"),
    (State.ACCEPTED, Command.DECIDE): (State.RESOLVED, "dispute.resolved"),
    (State.ACCEPTED, Command.REFUSE): (State.REFUSED, "dispute.refused"),
    (State.ACCEPTED, Command.LINK): (State.LINKED, "dispute.linked"),
    (State.ASSIGNED, Command.ASSIGN): (State.ASSIGNED, "dispute.assigned"),
    (State.ASSIGNED, Command.REASSIGN): (State.ASSIGNED, "dispute.reassigned"),
    (State.ASSIGNED, Command.UNASSIGN): (State.ACCEPTED, "dispute.unassigned"),
    (State.ASSIGNED, Command.MEDIATE): (State.MEDIATING, "dispute.mediated"),
    (State.ASSIGNED, Command.DECIDE): (State.RESOLVED, "dispute.resolved"),
    (State.ASSIGNED, Command.REFUSE): (State.REFUSED, "dispute.refused"),
    (State.ASSIGNED, Command.TERMINATE): (State.TERMINATED, "dispute.terminated"),
    (State.MEDIATING, Command.REASSIGN): (State.MEDIATING, "dispute.reassigned"),
    (State.MEDIATING, Command.UNASSIGN): (State.ACCEPTED, "dispute.unassigned"),
    (State.MEDIATING, Command.MEDIATE): (State.MEDIATING, "dispute.mediated"),
    (State.MEDIATING, Command.RESOLVE): (State.RESOLVED, "dispute.resolved"),
    (State.MEDIATING, Command.DECIDE): (State.RESOLVED, "dispute.resolved"),
    (State.MEDIATING, Command.REFUSE): (State.REFUSED, "dispute.refused"),
    (State.MEDIATING, Command.TERMINATE): (State.TERMINATED, "dispute.terminated"),
    (State.RESOLVED, Command.CONFIRM): (State.RESOLVED, "dispute.confirmed"),
    (State.RESOLVED, Command.REOPEN): (State.ACCEPTED, "dispute.reopened"),
    (State.TERMINATED, Command.REOPEN): (State.ACCEPTED, "dispute.reopened"),
    (State.REFUSED, Command.REOPEN): (State.REGISTERED, "dispute.reopened"),
    (State.LINKED, Command.REOPEN): (State.REGISTERED, "dispute.reopened"),
}
"""Written out a second time, apart from the model's own table; what is not here is forbidden."""


@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize("state", State)
def test_a_step_gives_one_fact_and_one_version_or_changes_nothing(state: State, command: Command) -> None:
    before = replace(DISPUTE, state=state, version=5, session_count=1, mediator_id="mediator-1")

    if (state, command) in ALLOWED:
        after, fact = STEPS[command](before, "officer-1")

        assert (after.state, fact.type) == ALLOWED[state, command]
        assert after.version == 6
        assert fact.dispute_id == str(before.dispute_id)
    else:
        with pytest.raises(WrongState) as refused:
            STEPS[command](before, "officer-1")
        assert state in refused.value.detail
        assert all(other in refused.value.detail for other, allowed in ALLOWED if allowed is command)
        assert refused.value.rule == life_cycle.RULES[command]


@pytest.mark.parametrize("command", Command)
def test_every_step_names_the_rule_behind_it(command: Command) -> None:
    """That a case told twice is worked on once is no law's, but good sense."""
    assert re.match(r"(人民调解法|信访工作条例) Art\. \d+", life_cycle.RULES[command]) or command is Command.LINK


@pytest.mark.parametrize(("state", "command"), [pair for pair in ALLOWED if pair[1] in BY_OFFICE])
def test_nobody_decides_in_his_or_her_own_cause(state: State, command: Command) -> None:
    before = replace(DISPUTE, state=state, filed_by="officer-1", applicant_id=None)

    with pytest.raises(NotAllowed, match=r"dispute 440305001012-2026-0007 .* a colleague with no part in it must"):
        BY_OFFICE[command](before, "officer-1")


@pytest.mark.parametrize("part", ["the body complained of", "a party that somebody else complains of"])
@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize("state", State)
def test_who_is_complained_of_takes_no_step(state: State, command: Command, part: str) -> None:
    """信访工作条例 Art. 28. Not even those that the law leaves to the one who complains."""
    against = {"opposed_ids": ("officer-1",)} if part == "the body complained of" else {"respondent_id": "officer-1"}
    before = replace(DISPUTE, state=state, **against)
    steps = [
        STEPS[command],
        BY_OFFICE.get(command, STEPS[command]),
        *(step for step, _ in LEFT_TO_THE_COMPLAINANT.values()),
    ]

    for step in steps:
        with pytest.raises((NotAllowed, WrongState)) as refused:
            step(before, "officer-1")
        if (state, command) in ALLOWED and step is STEPS[command]:
            assert refused.value.rule == "信访工作条例 Art. 28"


@pytest.mark.parametrize("said", LEFT_TO_THE_COMPLAINANT)
@pytest.mark.parametrize("state", State)
def test_what_the_law_leaves_to_the_complainant(state: State, said: str) -> None:
    step, allowed = LEFT_TO_THE_COMPLAINANT[said]
    before = replace(DISPUTE, state=state)

    if state in allowed:
        assert step(before, "resident-1").dispute.version == 2
    else:
        with pytest.raises((WrongState, InvalidInput)):
            step(before, "resident-1")


def test_every_fact_about_a_dispute_comes_from_one_command() -> None:
    told = {type_ for _, type_ in ALLOWED.values()} | {life_cycle.register(DISPUTE).fact.type}

    assert told == {fact.type for fact in events.PUBLISHED}
    assert {type(sample) for sample in events.SAMPLES} == set(events.PUBLISHED)


def test_registration_is_version_1_and_one_fact() -> None:
    dispute, fact = life_cycle.register(DISPUTE)

    assert dispute.version == 1
    assert fact == events.DisputeRegistered(
        dispute_id="01936f00-0000-7000-8000-00000000000a",
        category="noise",
        relation="owner_owner",
        grid_unit_id=None,
        registered_at="2026-03-01T02:00:00+00:00",
    )


def test_a_case_number_is_division_year_serial() -> None:
    assert DISPUTE.case_number == "440305001012-2026-0007"
    assert replace(DISPUTE, serial=12345).case_number == "440305001012-2026-12345"


@pytest.mark.parametrize(
    ("registered_at", "year"),
    [(datetime(2025, 12, 31, 15, 59, tzinfo=UTC), 2025), (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), 2026)],
)
def test_the_case_year_is_that_of_shanghai(registered_at: datetime, year: int) -> None:
    assert replace(DISPUTE, registered_at=registered_at).case_year == year


def test_art_14_a_mediator_has_no_part_in_the_dispute_and_which_part_another_has_is_not_told() -> None:
    accepted = replace(DISPUTE, state=State.ACCEPTED, filed_by="leader-1", applicant_id="resident-1")
    told = []

    for account in ("resident-1", "leader-1"):
        with pytest.raises(InvalidInput, match="name a mediator who has no part in it") as refused:
            life_cycle.assign(accepted, mediator_id=account, by="officer-1")
        told.append(refused.value.detail)
        assert refused.value.rule == "人民调解法 Art. 14"
        assert refused.value.fields[0].pointer == "/mediator_id"

    assert told[0] == told[1]
    assert not any(word in told[0] for word in ("resident-1", "leader-1", "party", "filed"))


def test_art_23_parties_may_have_another_mediator_before_the_first_session() -> None:
    assigned = replace(DISPUTE, state=State.ASSIGNED, mediator_id="mediator-1")

    assert life_cycle.assign(assigned, mediator_id="mediator-2", by="officer-1").dispute.mediator_id == "mediator-2"
    with pytest.raises(Conflict, match="already has this mediator; name another one"):
        life_cycle.assign(assigned, mediator_id="mediator-1", by="officer-1")


@pytest.mark.parametrize("state", model.OPEN_STATES)
def test_art_17_a_partys_clear_refusal_stops_it_at_any_time(state: State) -> None:
    refused, fact = STEPS[Command.REFUSE](replace(DISPUTE, state=state), "mediator-1")

    assert refused.state is State.REFUSED
    assert refused.reason_code == "party_refused"
    assert isinstance(fact, events.DisputeRefused)
    assert fact.reason_code == "party_refused"


@pytest.mark.parametrize("reason", [reason for reason in model.RefusalReason if reason != "party_refused"])
@pytest.mark.parametrize("state", [State.ASSIGNED, State.MEDIATING])
def test_art_17_the_committee_refuses_only_before_it_has_named_a_mediator(
    state: State, reason: model.RefusalReason
) -> None:
    with pytest.raises(InvalidInput, match="must be party_refused, or terminate it"):
        life_cycle.refuse(replace(DISPUTE, state=state), reason=reason, by="officer-1", now=LATER)


def test_art_26_termination_names_the_other_routes() -> None:
    mediating = replace(DISPUTE, state=State.MEDIATING, session_count=2)

    terminated = STEPS[Command.TERMINATE](mediating, "mediator-1").dispute

    assert terminated.other_routes == ("arbitration", "administrative", "court")
    assert mediating.other_routes == ()


def test_art_27_sessions_are_counted_through() -> None:
    assigned = replace(DISPUTE, state=State.ASSIGNED)

    first = life_cycle.mediate(assigned, by="mediator-1")
    second = life_cycle.mediate(first.dispute, by="mediator-1")

    assert [change.fact.session_number for change in (first, second)] == [1, 2]  # type: ignore[attr-defined]


def test_art_28_only_what_was_mediated_in_a_session_is_resolved() -> None:
    assigned = replace(DISPUTE, state=State.ASSIGNED)

    with pytest.raises(WrongState, match="possible only when it is mediating"):
        STEPS[Command.RESOLVE](assigned, "mediator-1")


@pytest.mark.parametrize(
    ("resolved_at", "days"),
    [
        (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), 0),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), 1),
        (datetime(2026, 3, 31, 2, tzinfo=UTC), 30),
    ],
)
def test_days_open_are_calendar_days_of_shanghai(resolved_at: datetime, days: int) -> None:
    mediating = replace(DISPUTE, state=State.MEDIATING, session_count=1)

    _, fact = life_cycle.resolve(mediating, form=model.AgreementForm.ORAL, by="mediator-1", now=resolved_at)

    assert isinstance(fact, events.DisputeResolved)
    assert (fact.days_open, fact.agreement_form) == (days, "oral")


def test_a_reopened_dispute_needs_a_mediator_and_an_agreement_again() -> None:
    resolved = replace(
        DISPUTE,
        state=State.RESOLVED,
        mediator_id="mediator-1",
        agreement_form=model.AgreementForm.ORAL,
        session_count=3,
        closed_at=LATER,
    )

    reopened = STEPS[Command.REOPEN](resolved, "officer-1").dispute

    assert (reopened.mediator_id, reopened.agreement_form, reopened.closed_at) == (None, None, None)
    assert reopened.session_count == 3
    assert reopened.registered_at == FILED


def test_facts_name_no_person() -> None:
    secrets = ("resident-1", "mediator-1", "mediator-9", "officer-1")

    for (state, command), _ in ALLOWED.items():
        fact = STEPS[command](replace(DISPUTE, state=state, mediator_id="mediator-1"), "officer-1").fact
        assert not any(secret in repr(fact) for secret in secrets), fact


PARTY_WILLS: dict[str, tuple[str, Step, Step]] = {
    "refuse": (
        "人民调解法 Art. 17",
        lambda dispute, by: life_cycle.refuse(dispute, reason=model.RefusalReason.PARTY_REFUSED, by=by, now=LATER),
        lambda dispute, by: life_cycle.refuse(
            dispute, reason=model.RefusalReason.PARTY_REFUSED, by=by, now=LATER, on_behalf_of=Side.RESPONDENT
        ),
    ),
    "end": (
        "人民调解法 Art. 26",
        lambda dispute, by: life_cycle.terminate(dispute, reason=model.TerminationReason.PARTY_ENDED, by=by, now=LATER),
        lambda dispute, by: life_cycle.terminate(
            dispute, reason=model.TerminationReason.PARTY_ENDED, by=by, now=LATER, on_behalf_of=Side.RESPONDENT
        ),
    ),
    "refuse the mediator": (
        "人民调解法 Art. 23",
        lambda dispute, by: life_cycle.unassign(dispute, by=by),
        lambda dispute, by: life_cycle.unassign(dispute, by=by, on_behalf_of=Side.RESPONDENT),
    ),
}
"""What a party wants: without saying whose will it is, and on behalf of the respondent."""


@pytest.mark.parametrize("will", PARTY_WILLS)
def test_whose_will_it_is_is_recorded(will: str) -> None:
    """人民调解法 Art. 17, 23: one party's will is enough, so it is said whose; who filed speaks for the own side."""
    article, unsaid, for_the_respondent = PARTY_WILLS[will]
    mediating = replace(DISPUTE, state=State.MEDIATING, mediator_id="mediator-1")

    for refused_step, by in ((unsaid, "mediator-1"), (for_the_respondent, "resident-1")):
        with pytest.raises(InvalidInput) as refused:
            refused_step(mediating, by)
        assert [field.pointer for field in refused.value.fields] == ["/on_behalf_of"]
        assert (refused.value.rule or "").startswith(article)

    if will != "refuse the mediator":
        assert unsaid(mediating, "resident-1").dispute.on_behalf_of == "applicant"
        assert for_the_respondent(mediating, "mediator-1").dispute.on_behalf_of == "respondent"


@pytest.mark.parametrize("reason", [reason for reason in model.RefusalReason if reason != "party_refused"])
def test_what_the_committee_decides_is_on_nobodys_behalf(reason: model.RefusalReason) -> None:
    refused = life_cycle.refuse(DISPUTE, reason=reason, by="officer-1", now=LATER)

    assert refused.dispute.on_behalf_of is None
    with pytest.raises(InvalidInput, match="only a party's own will"):
        life_cycle.refuse(DISPUTE, reason=reason, by="officer-1", now=LATER, on_behalf_of=Side.APPLICANT)


def test_art_26_the_other_routes_are_named_in_both_languages() -> None:
    ended = STEPS[Command.TERMINATE](replace(DISPUTE, state=State.MEDIATING), "mediator-1").dispute

    assert [tuple(named) for named in ended.other_routes_named] == [
        ("arbitration", "仲裁", "Arbitration"),
        ("administrative", "行政途径", "Administrative authorities"),
        ("court", "诉讼", "Court proceedings"),
    ]
    assert DISPUTE.other_routes_named == ()


@pytest.mark.parametrize("chosen_by", model.ChosenBy)
def test_art_19_the_committee_names_a_mediator_or_the_parties_choose_one(chosen_by: model.ChosenBy) -> None:
    accepted = replace(DISPUTE, state=State.ACCEPTED)

    assigned = life_cycle.assign(accepted, mediator_id="mediator-1", by="officer-1", chosen_by=chosen_by).dispute

    assert (assigned.mediator_id, assigned.chosen_by) == ("mediator-1", chosen_by)


RECUSED = {
    model.ReassignmentReason.NEAR_RELATIVE: True,
    model.ReassignmentReason.INTEREST: True,
    model.ReassignmentReason.CHALLENGED: True,
    model.ReassignmentReason.UNABLE: False,
}
"""人民调解法 Art. 14, 信访工作条例 Art. 28: who is not impartial stays out of it; who was ill may come back."""


def recused(reason: model.ReassignmentReason, state: State = State.MEDIATING) -> Dispute:
    before = replace(DISPUTE, state=state, mediator_id="mediator-1")
    side = Side.RESPONDENT if reason is model.ReassignmentReason.CHALLENGED else None
    return life_cycle.reassign(
        before, successor_id="mediator-2", reason=reason, by="mediator-1", on_behalf_of=side
    ).dispute


@pytest.mark.parametrize("state", [State.ASSIGNED, State.MEDIATING])
@pytest.mark.parametrize("reason", model.ReassignmentReason)
def test_art_14_the_successor_has_the_case_at_once(reason: model.ReassignmentReason, state: State) -> None:
    after = recused(reason, state)

    assert (after.state, after.mediator_id, after.reason_code) == (state, "mediator-2", reason)
    assert after.recused_ids == (("mediator-1",) if RECUSED[reason] else ())


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize("reason", [reason for reason in RECUSED if RECUSED[reason]])
def test_art_14_who_was_not_impartial_takes_no_more_step_by_any_office(
    reason: model.ReassignmentReason, command: Command, state: State
) -> None:
    withdrawn = replace(recused(reason), state=state)

    with pytest.raises((NotAllowed, WrongState)) as refused:
        STEPS[command](withdrawn, "mediator-1")
    if (state, command) in ALLOWED:
        assert refused.value.rule == "人民调解法 Art. 14; 信访工作条例 Art. 28"


@pytest.mark.parametrize("reason", model.ReassignmentReason)
def test_art_14_who_was_not_impartial_does_not_get_the_case_back(reason: model.ReassignmentReason) -> None:
    after = recused(reason)
    again = {"successor_id": "mediator-1", "reason": model.ReassignmentReason.UNABLE, "by": "officer-1"}

    if RECUSED[reason]:
        with pytest.raises(InvalidInput, match="name a mediator who has no part in it"):
            life_cycle.reassign(after, **again)  # type: ignore[arg-type]
    else:
        assert life_cycle.reassign(after, **again).dispute.mediator_id == "mediator-1"  # type: ignore[arg-type]


@pytest.mark.parametrize("successor_id", ["resident-1", "opposed-1"])
def test_art_14_a_successor_has_no_part_in_the_dispute(successor_id: str) -> None:
    before = replace(DISPUTE, state=State.MEDIATING, mediator_id="mediator-1", opposed_ids=("opposed-1",))

    with pytest.raises(InvalidInput, match="name a mediator who has no part in it") as refused:
        life_cycle.reassign(before, successor_id=successor_id, reason=model.ReassignmentReason.UNABLE, by="mediator-1")
    assert refused.value.fields[0].pointer == "/successor_id"


def test_art_23_a_refused_mediator_leaves_the_case_without_one() -> None:
    before = replace(
        DISPUTE, state=State.MEDIATING, mediator_id="mediator-1", chosen_by=model.ChosenBy.COMMITTEE, session_count=2
    )

    after, fact = STEPS[Command.UNASSIGN](before, "mediator-1")

    assert (after.mediator_id, after.chosen_by, after.session_count) == (None, None, 2)
    assert (after.recused_ids, after.reason_code) == ((), "party_refused_mediator")
    assert getattr(fact, "reason_code", None) == "party_refused_mediator"


def test_a_reopened_dispute_still_keeps_out_who_was_not_impartial() -> None:
    ended = replace(recused(model.ReassignmentReason.INTEREST), state=State.TERMINATED)

    assert STEPS[Command.REOPEN](ended, "officer-1").dispute.recused_ids == ("mediator-1",)
