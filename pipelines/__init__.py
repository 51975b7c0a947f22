"""When things run: one batch of everything, the scheduler, the replay of the sample newsroom, and the lock between them."""
