"""What the service does in a second, each figure beside the limit of the machine it ran on."""
