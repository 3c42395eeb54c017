"""The shop window: banners, topics, seasonal picks, and what each county has sold."""
