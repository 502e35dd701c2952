"""The main job, end to end: filed, mediated and resolved in one service; counted and told in two others."""

from pathlib import Path
from typing import Any

from tests.flow.conftest import play

LEVELS = ["household", "building", "compound", "community"]

OTHER_DISTRICT = """code,name,level,parent_code
110101000000,示例区,district,
110101001000,东街道,street,110101000000
110101002000,西街道,street,110101000000
110101001001,东一社区,community,110101001000
110101001002,东二社区,community,110101001000
110101002001,西一社区,community,110101002000
"""


def sums(rows: list[dict[str, Any]]) -> dict[str, int]:
    names = ("registered", "accepted", "resolved", "refused")
    return {name: sum(row[name] for row in rows) for name in names}


def test_the_story_is_in_the_statistics_and_in_four_inboxes_exactly_once(demo_folder: Path) -> None:
    figures = play(demo_folder)

    assert figures["district"] == {"code": "440305000000", "name": "南山区", "divisions": 118}
    assert figures["disputes"] == {"registered": 40, "accepted": 34, "resolved": 30, "refused": 2}
    station = figures["station"]
    assert len(station["joint_case"]["answered"]) == 5
    assert (station["referral"]["state"], station["followed_state"]) == ("accepted", "accepted")
    assert figures["statistics"]["district"] == figures["disputes"]
    assert sums(figures["statistics"]["streets"]) == figures["disputes"]
    assert sums(figures["statistics"]["communities"]) == figures["disputes"]
    assert figures["notices"]["levels"] == LEVELS
    assert figures["ledger"]["facts"] == figures["ledger"]["effects"] > 0
    assert (figures["ledger"]["missing"], figures["ledger"]["extra"]) == (0, 0)


def test_another_district_in_gb_18030_plays_the_same_story_twice(demo_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "district.csv"
    file.write_bytes(OTHER_DISTRICT.encode("gb18030"))

    first = play(demo_folder, "--district", str(file))
    second = play(demo_folder, "--district", str(file))

    for figures in (first, second):
        assert figures["district"] == {"code": "110101000000", "name": "示例区", "divisions": 6}
        assert figures["statistics"]["district"] == figures["disputes"]
        assert figures["notices"]["levels"] == LEVELS
        assert (figures["ledger"]["missing"], figures["ledger"]["extra"]) == (0, 0)
    assert second["ledger"]["facts"] > first["ledger"]["facts"]
    assert second["notices"]["dispute_id"] != first["notices"]["dispute_id"]
