"""What the statements mean: the profiles, their documentation, and the addresses of what they name."""
