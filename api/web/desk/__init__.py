"""The desk of those who keep the service: updates, journal, statistics, state."""
