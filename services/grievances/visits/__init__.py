"""Follow-up visits 回访: the committee asks whether what was agreed is performed."""
