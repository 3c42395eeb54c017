"""认定: what makes a product an assistance product, and for how long."""
