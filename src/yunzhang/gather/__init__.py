"""聚: what units hold, catalogued and checked against the live tables."""
