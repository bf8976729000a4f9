"""Set-up: from a bare machine to a running house, with nothing but Python's own library."""
