"""What makes samples and readings: the worker, its ring and its parent's side, the turns, the sampler."""
