"""Who belongs and who leads: divisions, party organisations, the four-level grid, its leaders and their notices."""
