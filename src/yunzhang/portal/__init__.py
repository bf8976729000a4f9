"""门户: the hub's doors: pages and interfaces."""
