"""`linli up`: two side by side, loopback only, and recovery from a kill -9."""

import json
import stat
from pathlib import Path
from typing import Any

import psutil
import requests

from chassis.identity import Grant
from linli.embedded.parts import Embedded
from linli.embedded.ports import free_ports
from linli.embedded.process import recall
from tests.flow.conftest import NANSHAN, MakeUp, Up
from tests.support.instance import MakeVhost
from tests.support.sockets import listening
from tests.support.waiting import wait_for

DISTRICT = "440305000000"


def ask_members(up: Up, path: str) -> Any:
    token = up.instance.token("an-officer", [Grant("district_officer", DISTRICT)])
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{up.instance.http_url('members')}{path}", headers=headers, timeout=5).json()


def division_name(up: Up, code: str) -> str:
    return str(ask_members(up, f"/divisions/{code}")["name"])


def test_two_instances_run_side_by_side_on_loopback_only(up: Up, make_up: MakeUp) -> None:
    other = make_up()
    other.start()

    assert division_name(up, "440305001012") == "星海名城社区居委会"
    assert ask_members(other, "/divisions")["items"] == []
    assert {address for address, _ in listening([*up.tree(), *other.tree()])} <= {"127.0.0.1", "::1"}
    assert stat.S_IMODE((other.data / "secrets.json").stat().st_mode) == 0o600
    assert up.instance.secrets.postgres_password != other.instance.secrets.postgres_password


def test_after_kill_9_the_next_start_recovers_and_finds_the_data(up: Up) -> None:
    services = [process for process in up.tree() if "linli.serve" in " ".join(process.cmdline())]

    up.kill()
    psutil.wait_procs(services, timeout=60)
    up.start()

    assert division_name(up, "440305001012") == "星海名城社区居委会"
    verified = up.linli("verify")
    assert verified.returncode == 0, verified.stdout


def test_given_servers_take_the_place_of_the_embedded_ones(make_up: MakeUp, tmp_path: Path, vhost: MakeVhost) -> None:
    up, given = make_up(), Embedded(tmp_path / "given", free_ports().base, own_rabbitmq=False)
    with given:
        up.start(DATABASE_URL=given.postgres.admin_url, AMQP_URL=vhost())

        loaded = up.linli("import", "divisions", str(NANSHAN))

        assert loaded.returncode == 0, loaded.stderr
        assert division_name(up, "440305001012") == "星海名城社区居委会"
        assert not {process.name() for process in up.tree()} & {"postgres", "beam.smp"}
        up.stop()


def test_status_shows_the_whole_instance_and_what_does_not_answer(up: Up) -> None:
    def look() -> dict[str, Any]:
        shown = up.linli("status", "--json")
        told: dict[str, Any] = json.loads(shown.stdout)
        assert shown.returncode == (0 if told["well"] else 1), shown.stderr
        return told

    def sentences() -> list[str]:
        """Without what depends on the day the test runs."""
        return [one["sentence"] for one in look()["problems"] if "holiday table" not in one["sentence"]]

    wait_for(lambda: sentences() == [], 60)
    well = look()
    frozen = recall(up.data / "run" / "statistics.pid")
    assert frozen is not None
    frozen.suspend()
    said = sentences()
    frozen.resume()

    assert [one["ready"] for one in well["services"]] == [True] * 4
    assert all(one["leader"] and one["memory_bytes"] for one in well["relays"])
    assert {(one["consumers"], one["members"]) for one in well["queues"]} == {(1, 1)}
    assert {one["events"] for one in well["consumers"]} == {0}
    assert all(one["size_bytes"] for one in well["databases"])
    assert ["statistics runs and does not answer" in one for one in said] == [True]


def test_a_second_up_in_the_same_folder_names_the_first(up: Up) -> None:
    second = up.linli("up", "--port-base", str(up.port_base))

    assert second.returncode == 1
    assert str(up.pid) in second.stderr
    assert "--data" in second.stderr


def test_a_bad_division_file_is_refused_with_its_lines_and_loads_nothing(up: Up, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    rows = [
        "440305000000,南山新区,district,",
        "440305001000,南头街道,street,440306000000",
        "44030500101,短码,community,",
    ]
    file.write_text("\n".join(["code,name,level,parent_code", *rows]), "utf-8")
    before = ask_members(up, "/divisions?limit=1000")

    refused = up.linli("import", "divisions", str(file))

    assert refused.returncode == 1
    assert "line 3" in refused.stderr
    assert "line 4" in refused.stderr
    assert len(before["items"]) == 118
    assert ask_members(up, "/divisions?limit=1000") == before
