"""任务: what is to be done by a day, by whom, with what proof, and who presses for it."""
