"""What Référent costs: seconds, megabytes, and shares of what a bare library would do.

`python -m eval.bench` prints the machine and then each measure, one module each. Nothing here
asserts a time: a target that is missed is printed as missed. This package alone in `eval`
imports `ingest`, which it measures.
"""
