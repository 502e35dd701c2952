"""What an instance's own process does with signals."""

import subprocess
import sys

import pytest

from tests.support.service_process import ROOT

ENDED = """
import os, signal
from linli.running import end_on_sigterm
signal.signal(signal.SIGINT, signal.{sigint})
end_on_sigterm()
try:
    os.kill(os.getpid(), signal.SIGTERM)
    signal.sigtimedwait([], 5)
except KeyboardInterrupt:
    print("what was started is stopped")
"""


@pytest.mark.parametrize("sigint", ["default_int_handler", "SIG_IGN"])
def test_sigterm_unwinds_a_process_also_where_a_shell_started_it_in_the_background(sigint: str) -> None:
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ENDED.format(sigint=sigint)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.stdout == "what was started is stopped\n", said.stderr
