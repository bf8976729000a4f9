"""What hub, node and outsider all agree on: documents, codes, deadlines, faults. Pure."""
