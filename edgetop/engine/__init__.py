"""The measuring side: feeds, batches to snapshots, the loop, and the client that starts it."""
