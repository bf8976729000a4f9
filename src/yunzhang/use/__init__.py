"""用: what was really called, by whom, for what, and found by search."""
