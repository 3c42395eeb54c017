"""Who produces: firms, co-operatives, village collectives, and the people who act for them."""
