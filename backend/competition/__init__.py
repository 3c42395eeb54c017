"""Who competes: seasons, tracks, institutions, teams and competitors."""
