"""One file a framework: is it here, load a model, infer."""
