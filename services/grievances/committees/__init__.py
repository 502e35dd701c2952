"""Committees: the mediation committees 人民调解委员会 of communities and streets, and the register of who mediates."""
