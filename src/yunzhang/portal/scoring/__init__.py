"""考核: indicators, scores and boards, and what is disputed or suspicious in them."""
