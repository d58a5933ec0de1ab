"""A small archive of phantoms, so that a newcomer sees the product without data of their own."""
