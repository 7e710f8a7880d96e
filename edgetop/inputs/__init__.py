"""Pictures and labels: reading, preprocessing, and what the classes are called."""
