"""项目: from a plan through the gate and the approvals to acceptance and a budget."""
