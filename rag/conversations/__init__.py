"""Conversations kept for the person who had them, who alone reads and deletes them."""
