"""An order's way from quote to paid and, where it must be, back."""
