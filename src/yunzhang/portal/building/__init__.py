"""项目: proposals, what the gate said of them, plans and budgets."""
