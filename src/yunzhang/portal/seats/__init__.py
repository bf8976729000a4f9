"""云长: who answers for what, and the chief's own desk."""
