"""What people can buy, who produces it, where it comes from, and how much is left."""
