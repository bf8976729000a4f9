"""管云: what clouds, rooms, networks and systems there are, what lives, and what is to move."""
