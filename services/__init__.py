"""The services of Linli: each owns one subject, its database and its facts; none imports another."""
