"""People: who they are, how they stay logged in, which roles they hold."""
