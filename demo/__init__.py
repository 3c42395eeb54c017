"""Demo data: invented sellers with goods their counties are known for, and the pictures."""
