"""Pages of one's own account: to come in, to leave, to choose a password, and to manage keys."""
