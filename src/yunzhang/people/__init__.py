"""Who acts on the hub, what they may do, and the facts they leave."""
