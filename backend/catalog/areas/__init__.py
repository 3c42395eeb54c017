"""Where things come from and which shelf they stand on: areas and categories."""
