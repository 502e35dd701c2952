"""Obligations 履行: what an agreement promises, watched until it is performed."""
