"""一张图: divisions, their outlines, and what the units in them make together."""
