"""安全·审计: the logs, their proofs, and the doors through which nodes send them."""
