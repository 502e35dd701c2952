"""Seats 席位: which account acts for which of the five bodies 五位一体 of a community."""
