"""Places: our own copy of the divisions and grid units that `members` tells of."""
