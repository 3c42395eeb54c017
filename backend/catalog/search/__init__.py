"""Finding products: what a document is found by, how a wish is read, and what is counted."""
