"""Judicial confirmation 司法确认: both parties ask the court, in time, to confirm what they agreed on."""
