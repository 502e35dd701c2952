"""Notes 民情日记: what residents tell those who walk the grid, until it is a case, an answered suggestion, or noted."""
