"""What every room stands on; knows nothing of products, orders or WeChat."""
