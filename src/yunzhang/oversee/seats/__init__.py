"""Seats: the chiefs, by which document they answer, and what passes from one to the next."""
