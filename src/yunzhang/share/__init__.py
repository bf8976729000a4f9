"""通: asked for, replied to within the legal clock, granted for a purpose."""
