"""What a placement is for: its kind, its prompt, its points. Staff set it up."""
