"""The grid (网格): community, compound, building, unit, household."""
