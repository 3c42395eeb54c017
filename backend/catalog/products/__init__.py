"""What is shown and what is bought: products and SKUs, version by version."""
