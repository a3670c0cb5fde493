"""The journal: a record of every request that shows whether anything in it was altered or cut.

`Journal` writes; `reading`, `statistics`, `export` and `checking` read; `retention` and `erasure`
take away what may no longer be kept, and leave the proof whole.
"""
