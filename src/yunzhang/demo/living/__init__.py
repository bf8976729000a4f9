"""What people of the province did in a year, so that every page shows something. All made up."""
