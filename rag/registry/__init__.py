"""The registry: what the service keeps about its use (people, keys, conversations, journal).

A database of its own beside the catalogue: a request writes here while an ingest, whose
transactions are long, writes there, and neither waits for the other. Where several servers share
one PostgreSQL, both may be in it.
"""
