"""`linli up`: two side by side, loopback only, and recovery from a kill -9."""

import stat
import subprocess
from pathlib import Path

import psutil
import requests

from chassis.identity import Grant
from linli.embedded.parts import Embedded
from linli.embedded.ports import free_ports
from tests.flow.conftest import LINLI, ROOT, MakeUp, Up

DISTRICT = "440305000000"


def linli(up: Up, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*LINLI, *arguments, "--data", str(up.data)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def division_name(up: Up, code: str) -> str:
    token = up.instance.token("an-officer", [Grant("district_officer", DISTRICT)])
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{up.instance.http_url('members')}/divisions/{code}", headers=headers, timeout=5)
    return str(answer.json()["name"])


def listening(up: Up) -> set[str]:
    """The addresses that any process of the instance listens on, TCP and UDP."""
    found = set()
    for process in up.tree():
        for connection in process.net_connections("inet"):
            if connection.status in (psutil.CONN_LISTEN, psutil.CONN_NONE) and connection.laddr:
                found.add(connection.laddr.ip)
    return found


def test_two_instances_run_side_by_side_on_loopback_only(make_up: MakeUp) -> None:
    first, second = make_up(), make_up()
    first.start()
    second.start()

    loaded = linli(first, "import", "divisions", str(ROOT / "data" / "nanshan.csv"))

    assert loaded.returncode == 0, loaded.stderr
    assert division_name(first, "440305001012") == "星海名城社区居委会"
    assert listening(first) | listening(second) <= {"127.0.0.1", "::1"}
    assert stat.S_IMODE((first.data / "secrets.json").stat().st_mode) == 0o600
    assert first.instance.secrets.postgres_password != second.instance.secrets.postgres_password


def test_after_kill_9_the_next_start_recovers_and_finds_the_data(make_up: MakeUp) -> None:
    up = make_up()
    up.start()
    linli(up, "import", "divisions", str(ROOT / "data" / "nanshan.csv"))
    services = [process for process in up.tree() if "linli.serve" in " ".join(process.cmdline())]

    up.kill()
    psutil.wait_procs(services, timeout=60)
    up.start()

    assert division_name(up, "440305001012") == "星海名城社区居委会"
    verified = linli(up, "verify")
    assert verified.returncode == 0, verified.stdout


def test_given_servers_take_the_place_of_the_embedded_ones(make_up: MakeUp, tmp_path: Path) -> None:
    up = make_up()
    with Embedded(tmp_path / "parts", free_ports().base) as given:
        up.start(DATABASE_URL=given.postgres.admin_url, AMQP_URL=given.rabbitmq.url())

        loaded = linli(up, "import", "divisions", str(ROOT / "data" / "nanshan.csv"))

        assert loaded.returncode == 0, loaded.stderr
        assert division_name(up, "440305001012") == "星海名城社区居委会"
        assert not {process.name() for process in up.tree()} & {"postgres", "beam.smp"}
        up.stop()


def test_a_second_up_in_the_same_folder_names_the_first(make_up: MakeUp) -> None:
    up = make_up()
    up.start()

    second = linli(up, "up", "--port-base", str(up.port_base))

    assert second.returncode == 1
    assert str(up.pid) in second.stderr
    assert "--data" in second.stderr


def test_a_bad_division_file_is_refused_with_its_lines_and_loads_nothing(make_up: MakeUp) -> None:
    up = make_up()
    up.start()
    file = up.data.parent / "bad.csv"
    rows = ["440305000000,南山区,district,", "440305001000,南头街道,street,440306000000", "44030500101,短码,community,"]
    file.write_text("\n".join(["code,name,level,parent_code", *rows]), "utf-8")

    refused = linli(up, "import", "divisions", str(file))

    assert refused.returncode == 1
    assert "line 3" in refused.stderr
    assert "line 4" in refused.stderr
    token = up.instance.token("an-officer", [Grant("district_officer", DISTRICT)])
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{up.instance.http_url('members')}/divisions", headers=headers, timeout=5)
    assert answer.json()["items"] == []
