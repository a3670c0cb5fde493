"""Pages for who manages people: accounts, keys, and which services read which texts."""
