"""What a visitor looks at and what a buyer is offered."""
