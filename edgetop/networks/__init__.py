"""The framework-neutral graph, the networks built of it, their weights, and a writer a format."""
