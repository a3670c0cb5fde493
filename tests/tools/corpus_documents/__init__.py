"""The documents of the demonstration corpus that are not written directly as text files."""
