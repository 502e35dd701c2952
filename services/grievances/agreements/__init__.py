"""Agreements 调解协议: what the parties agreed on, and from which day it binds them."""
