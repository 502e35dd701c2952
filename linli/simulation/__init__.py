"""A district's year, played on real parts: what comes in when, what becomes of it, and what that took."""
