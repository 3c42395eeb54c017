"""Money in and money back, whoever the provider is."""
