"""Linli beside what others build for the same jobs: docs/peers.md says what each does, and what it does not do."""

from bench import beside_consumers, beside_monolith, peers_setup
from bench.ground import Ground
from bench.results import Results
from bench.rounds import Scale, Tell


def measure(stage: Ground, scale: Scale, tell: Tell) -> Results:
    """Events first: they need no deployment, and the machine is still empty."""
    python = str(peers_setup.python(tell))
    return {
        **beside_consumers.measure(stage, scale, tell, python),
        **beside_monolith.measure(stage, scale, tell, python),
    }
