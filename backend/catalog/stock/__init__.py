"""How much there is of a SKU, how much of it is promised, and why."""
