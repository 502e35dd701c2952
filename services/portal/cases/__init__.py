"""Pages for people with a case: follow it, file one, work on it. They ask `grievances`, which decides everything."""
