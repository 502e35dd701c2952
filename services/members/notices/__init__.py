"""What the leaders of a place are told, each in their own inbox."""
