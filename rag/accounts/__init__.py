"""Accounts: people, their roles and services, sessions, keys and one-time links.

`Accounts` says who asks; `Administration` is for who manages people. Both work on the registry.
"""
