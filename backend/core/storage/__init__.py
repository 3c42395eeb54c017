"""Where files lie: a folder by default, or any store that speaks S3."""
