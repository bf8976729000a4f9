"""Reports: the figures of a period, and the reports, circulars and surveys that tell them."""
