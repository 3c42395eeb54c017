"""Who referred whom, and the ledger of what that earned."""
