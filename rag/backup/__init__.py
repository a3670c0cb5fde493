"""One file that holds all that cannot be made again: catalogue, registry, the journal's key.

The index is not in it: it is filled again from the catalogue, nothing embedded.
"""
