"""A case's timeline: every step, session, agreement, due time, answer and comment of it, in its order."""
