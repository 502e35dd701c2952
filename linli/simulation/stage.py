"""The instance that a year is played on: everything that `linli up` runs, on parts of its own, by the played clock."""

import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from chassis.errors import Misconfigured
from linli.embedded.data_folder import DataFolder
from linli.instance import FILE
from linli.running import PLAYED, Running
from linli.simulation.clock import VARIABLE, Hands
from linli.supervisor import Program

DEFAULT = Path(".linli-simulated")


class Stage(Running):
    """Begins empty each time. A year is never played beside anything real: not in its folder, not on its servers."""

    hands: Hands

    def __init__(self, data: Path, port_base: int) -> None:
        """Raises Misconfigured where the folder or the environment leads to a real instance."""
        given = [name for name in ("DATABASE_URL", "AMQP_URL") if os.environ.get(name)]
        if given:
            raise Misconfigured(f"a year is played on parts of its own, never on given ones; unset {', '.join(given)}")
        if (data / FILE).exists() and not (data / PLAYED).exists():
            raise Misconfigured(
                f"{data} holds an instance that is not simulated, and playing a year would wipe it; "
                "name another folder with --data"
            )
        super().__init__(data, port_base)
        self.clock_file = DataFolder(data).path / PLAYED

    def begin(self, at: datetime) -> None:
        """Start empty parts; the clock stands at this instant. Raises EmbeddedError."""
        self.start_parts(fresh=True)
        self.hands = Hands(self.clock_file, at)

    def programs(self) -> list[Program]:
        return [self._by_the_played_clock(program) for program in super().programs()]

    def _by_the_played_clock(self, program: Program) -> Program:
        """A service lives the played year. A relay knows no time but the machine's: it sends what there is to send."""
        if program.argv[2] != "linli.serve":
            return program
        argv = [sys.executable, "-m", "linli.simulation.serving", *program.argv[3:]]
        return replace(program, argv=argv, env={**program.env, VARIABLE: str(self.clock_file)})
