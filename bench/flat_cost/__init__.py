"""What a longer past costs: the same questions and load over no past, a year, ten years, ten times as many cases.

Everything that `linli up` runs is running all the time; only its past is exchanged (bench.filling.past). At each size,
in this order: what lies on disk, a recount of everything from its sources, which must find no difference, lives and
events a second, commit to effect at a fixed rate, the board's questions, work lists, the relay's claim, memory.
"""

import shutil
from collections.abc import Mapping

from bench.flat_cost import chart, figures, questions, report
from bench.flat_cost.district import CASES, District
from bench.flat_cost.figures import AtSize, Verified
from bench.flat_cost.sizes import memory
from bench.ground import BenchError, Ground
from bench.results import Results
from bench.rounds import FULL, QUICK, USUAL, Scale, Tell
from chassis.calendar import local_day, system_clock

TIMES: Mapping[Scale, tuple[float, ...]] = {
    QUICK: (0, 0.02, 0.2),
    USUAL: (0, 1, 10),
    FULL: (0, 1, 10, 100),
}
"""How many years of S3's district are put there."""

SHORTEST_S = 5.0
"""In less time, not all connections come to the end of a life."""

BYTES_PER_CASE = 20_000
"""Of the disk, with the room that sorting and the write-ahead log take; a quarter of it is theirs."""

REPETITIONS: Mapping[Scale, int] = {QUICK: 3, USUAL: 20, FULL: 40}


def measure(stage: Ground, scale: Scale, tell: Tell) -> Results:
    district = District(stage, tell)
    sizes = [_at(times, stage, district, scale, tell) for times in TIMES[scale]]
    found = figures.flat(sizes)
    if scale is not QUICK:
        report.write(sizes)
        _draw(found, tell)
    return {"flat_cost": figures.grown(sizes), "flat_cost_sizes": found}


def _at(times: float, stage: Ground, district: District, scale: Scale, tell: Tell) -> AtSize:
    times = _fitting(times, stage, tell)
    name = f"×{times:g}" if times else "empty"
    done: Mapping[str, float] = {"cases": 0, "facts": 0, "seconds": 0.0}
    if times:
        tell.begin(f"{name}: filling")
        done = district.take_past(times)
        tell.found(f"{name}: filled with {done['cases']:,.0f} cases", done["seconds"], "s")
    sizes = district.sizes()
    tell.begin(f"{name}: recounting everything")
    verified = district.verify()
    tell.found(f"{name}: verified", verified["seconds"], "s")
    if verified["differences"]:
        raise BenchError("\n".join([f"{name} has differences:", *verified["differences"]]))
    tell.begin(f"{name}: lives")
    played = district.play(max(scale.life_s, SHORTEST_S))
    tell.found(f"{name}: lives", played.lives_per_s, "/s")
    tell.found(f"{name}: events in effect", played.events_per_s, "/s")
    tell.found(f"{name}: commit → effect, p99", played.effect_p99_ms, "ms")
    tell.begin(f"{name}: board and work lists")
    asked = district.area
    board = questions.ask(
        district.instance, questions.board(district.instance, asked, local_day(system_clock())), REPETITIONS[scale]
    )
    tell.found(f"{name}: board, p99", board.p99_ms, "ms")
    lists = questions.ask(
        district.instance, questions.work_lists(district.instance, asked, district.leader), REPETITIONS[scale]
    )
    tell.found(f"{name}: work lists, p99", lists.p99_ms, "ms")
    claim_ms = district.claim_ms(REPETITIONS[scale])
    tell.found(f"{name}: relay claims and moves 500", claim_ms, "ms")
    return AtSize(
        times,
        int(done["cases"]),
        int(done["facts"]),
        done["seconds"],
        *played,
        board,
        lists,
        claim_ms,
        sizes,
        memory(stage),
        Verified(verified["seconds"], verified["most_mb"], len(verified["differences"])),
    )


def _fitting(times: float, stage: Ground, tell: Tell) -> float:
    """As many years as asked for, or as many tens of them as the disk has room for; raises BenchError for none."""
    fit = shutil.disk_usage(stage.folder).free // (CASES * BYTES_PER_CASE)
    if times <= fit:
        return times
    tell.found(f"×{times:g} does not fit on the disk; instead", fit // 10 * 10, "×")
    if fit < 10:
        raise BenchError(f"×{times:g} needs about {times * CASES * BYTES_PER_CASE / 1e9:.0f} GB of disk")
    return fit // 10 * 10


def _draw(found: Mapping[str, float], tell: Tell) -> None:
    """Without matplotlib the figures are kept all the same; `python -m bench.flat_cost.chart` draws them later."""
    tell.begin("drawing the chart")
    try:
        chart.draw(found)
    except ImportError:
        tell.found("no chart, for matplotlib is missing; panels", 0, "")
