"""edgetop: a live profiler in the terminal for deep-learning inference on edge boards."""

__version__ = "0.1.0"
