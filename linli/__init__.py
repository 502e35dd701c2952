"""Linli (邻里): the community work of one urban district, as an operator runs it.

This package is the operator's side: the `linli` command, the embedded parts a fresh machine needs
(PostgreSQL, RabbitMQ), and the supervisor that keeps the services running.
"""
