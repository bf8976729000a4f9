"""Scoring: figures frozen, signed, ranked, disputed, and looked through for gaming."""
