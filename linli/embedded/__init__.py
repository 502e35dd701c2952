"""The real PostgreSQL and the private RabbitMQ node that a machine without either runs Linli on.

`parts.Embedded` starts and stops both in one data folder. All of it listens on loopback, with that folder's passwords.
"""
