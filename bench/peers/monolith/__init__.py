"""A Django REST framework monolith with the same five steps of a dispute's life, on one database.

In two forms: as it is customarily written, and (RECORDS=1) with the rows that Linli keeps besides.
"""
