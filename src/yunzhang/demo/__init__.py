"""The demonstration: one table's whole life, on two real registers that disagree."""
