"""Disputes 纠纷: intake, the life cycle, and who may see what of them."""
