"""The terminal itself: its driver, and an app that leaves it as it found it."""
