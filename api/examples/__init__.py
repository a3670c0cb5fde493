"""Short programs that show Référent from Python; each runs in the tests."""
