"""Agreements 调解协议: what the parties agreed on, who has signed it, and from which day it binds."""
