"""What it costs to send goods, and where a producer sends them at all."""
