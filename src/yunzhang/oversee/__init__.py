"""云长: who answers, in numbers that open to signed facts."""
