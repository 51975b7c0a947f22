"""When things run: a batch of everything, the scheduler, the replay of the sample newsroom, the lock between them."""
