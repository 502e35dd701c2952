"""Body × action × role: nobody who acts for the body complained of changes anything of the case (信访工作条例 Art. 28).

The actions are the service's own entrypoints: a new one fails here until its attempt, or why it needs none, is said.
"""

import pytest

from chassis.identity import Grant
from tests.service.grievances.every_action import (
    ACTIONS,
    BODIES,
    DECLARED,
    ELSEWHERE,
    ELSEWHERE_BEGINS,
    EVERYWHERE,
    ROLES,
    Scene,
    a_task,
    joint,
    made,
    nobody_of_it_does_and_another_does,
    path_of,
    seat_everybody,
)
from tests.service.grievances.running import XINGHAI, Grievances


@pytest.fixture(scope="module")
def seated(service: Grievances) -> Grievances:
    """The service, with one account seated in each body by the street."""
    seat_everybody(service)
    return service


@pytest.fixture(params=BODIES)
def scene(request: pytest.FixtureRequest, seated: Grievances) -> Scene:
    return Scene(seated, request.param)


def test_every_entrypoint_that_changes_something_is_attempted_or_said_to_touch_no_case() -> None:
    said = ELSEWHERE.keys() | {name for name in DECLARED if name.startswith(tuple(ELSEWHERE_BEGINS))}

    assert [name for name in DECLARED if name not in ACTIONS and name not in said] == []
    assert [name for name in DECLARED if "<uuid:dispute_id>" in name and name in said] == []


@pytest.mark.parametrize("action", [name for name in DECLARED if name in ACTIONS])
def test_the_body_complained_of_does_it_in_no_role_and_another_does(scene: Scene, action: str) -> None:
    nobody_of_it_does_and_another_does(scene, action)


@pytest.mark.parametrize("role", ROLES)
def test_the_body_complained_of_never_sees_the_case_or_its_accuser(scene: Scene, role: str) -> None:
    dispute = scene.resolved()
    token = scene.token(f"of-{scene.accused}", *ROLES[role], *EVERYWHERE)

    for path in ("", "?purpose=review", "/sessions", "/agreement", "/comments", "/timeline", "/file?purpose=review"):
        assert scene.service.ask("GET", path_of(dispute) + path, token=token).status in (403, 404, 405), path
    listed = scene.service.ask("GET", "/disputes?limit=100", token=token).json["items"]
    assert scene.accused not in {one["respondent_body"] for one in listed}


def test_the_body_complained_of_is_heard_and_does_its_tasks(scene: Scene) -> None:
    case = scene.heard()
    task = scene.task_of(case, scene.accused)
    own = scene.token(f"of-{scene.accused}", Grant("resident", XINGHAI))

    done = scene.service.ask("POST", f"{task}/done", {"record": "已检测。"}, token=own)
    shown = scene.service.ask("GET", joint(case), token=own)

    assert (done.status, shown.status) == (200, 200)
    assert shown.json["dispute_id"] is None
    assert [answer["body"] for answer in shown.json["answers"]] == [scene.accused]
    assert [each["record"] for each in shown.json["tasks"]] == ["已检测。"]
    assert "resident-1" not in shown.body.decode()
    assert "mediator" not in shown.body.decode()


def test_every_body_does_its_own_task_and_no_other(scene: Scene) -> None:
    task = scene.task_of(scene.convened(), scene.accused)
    other = scene.token(f"of-{scene.other()}", Grant("resident", XINGHAI))

    assert scene.service.ask("POST", f"{task}/done", {"record": "已检测。"}, token=other).status == 403


@pytest.mark.parametrize("role", ["community_officer", "mediator"])
def test_the_workstation_itself_may_act_where_another_body_is_complained_of(seated: Grievances, role: str) -> None:
    scene = Scene(seated, "property_office")
    token = scene.token("staff-1", *ROLES[role])

    assert seated.step(scene.filed(), "accept", token=token).status == 200


@pytest.mark.parametrize(
    ("account", "grants", "status"),
    [
        ("of-owners_committee", ROLES["community_officer"], 200),
        ("mediator-1", ROLES["mediator"], 200),
        ("staff-1", ROLES["community_officer"], 404),
        ("staff-1", ROLES["mediator"], 404),
        ("staff-1", ROLES["street_officer"], 200),
        ("staff-1", ROLES["community_officer"] + ROLES["street_officer"], 200),
        ("of-workstation", ROLES["community_officer"] + ROLES["street_officer"], 404),
    ],
)
def test_who_is_the_workstations_own_staff(
    seated: Grievances, account: str, grants: tuple[Grant, ...], status: int
) -> None:
    """Everybody whose right comes from the community alone, unless seated in another body or registered to mediate."""
    scene = Scene(seated, "workstation")

    assert seated.step(scene.filed(), "accept", token=scene.token(account, *grants)).status == status


def test_the_decision_reaches_who_complained(scene: Scene) -> None:
    attempt = ACTIONS["POST /joint-cases/<uuid:joint_case_id>/decision"](scene)
    case = scene.service.ask("GET", attempt.path.removesuffix("/decision"), token=scene.street)
    made(scene.service, attempt, attempt.token)

    path = f"/disputes/{case.json['dispute_id']}"
    shown = scene.service.ask("GET", path, token=scene.service.resident).json

    assert (shown["state"], shown["resolution"]) == ("resolved", "decision")
    assert shown["decision"]["decision"] == "物业于月底前修复。"
    assert shown["decision"]["appeal_route"]["within_days"] == 60
    late = scene.service.ask("POST", f"{joint(case)}/tasks", a_task(scene.other()), token=scene.street)
    assert late.status == 409
