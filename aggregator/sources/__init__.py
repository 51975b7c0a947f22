"""Where news comes from: outlets, their feeds, and who rated them."""
