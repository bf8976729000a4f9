"""通: asking for data, what was agreed, and how it ends."""
