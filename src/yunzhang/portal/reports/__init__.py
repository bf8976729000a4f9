"""Reports: of units for a quarter, circulars, surveys, and the rows behind each figure."""
