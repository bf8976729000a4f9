"""任务: what is to be done by which day, and how it stands."""
