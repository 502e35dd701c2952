"""The chassis every Linli service stands on; it knows no service."""
