"""Engines: what reads a department's tables, keeps them in the lake, profiles and checks them."""
