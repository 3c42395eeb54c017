"""`make walk`: the main job, played by a client against the running service over HTTP alone."""
