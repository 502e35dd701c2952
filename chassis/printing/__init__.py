"""Documents on paper: HTML in, PDF out, in a process of its own."""

from chassis.printing.printer import Printer

__all__ = ["Printer"]
