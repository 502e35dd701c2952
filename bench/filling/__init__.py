"""Puts a past into the tables within seconds, the same for the same seed.

`disputes`: cases with their parties and due times, beside what is there, for a load that only needs a full table.
`past`: all that a district's years leave behind in every service, in the place of what is there; what is recounted
from it finds no difference (`linli verify`).
"""
