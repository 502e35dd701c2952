"""What Linli does in a second, beside stock nameko and beside the floor, on one machine in one run: `make bench`."""
