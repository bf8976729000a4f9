"""用: who used what, what the public may have, and the data cage."""
