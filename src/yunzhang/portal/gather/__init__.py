"""聚: systems, tables and the catalog, what they run on, and what is wrong with them."""
