"""`python -m bench.filling ADMIN_URL COUNT [SEED]`: disputes alone; see bench.filling.disputes."""

import sys

from bench.filling.disputes import main

main(*sys.argv[1:])
