"""The whole service on one machine, with nothing installed beforehand but Python and make."""
