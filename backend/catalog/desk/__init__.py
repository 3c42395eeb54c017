"""What a producer's people see of one product: all that the catalogue knows of it on one page."""
