"""`python -m tests.support.counting_process`: the counting service as a process of its own."""

# ruff: noqa: E402 - patched before anything else is imported
import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()

from chassis import runner
from tests.support.counting import Counting

if __name__ == "__main__":
    runner.serve(Counting)
