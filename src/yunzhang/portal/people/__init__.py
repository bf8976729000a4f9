"""人: whoever works here, what waits for them, and the way of every matter."""
