"""Sessions as one HTML page: what it holds, the charts drawn, the page written."""
