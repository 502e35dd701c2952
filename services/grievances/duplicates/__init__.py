"""Duplicates 重复反映: cases that tell the same story are suggested and linked by people; none is merged or hidden."""
