"""Uploads: pictures for everybody, documents for few."""
