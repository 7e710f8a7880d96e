"""From the raw heads of a detector to labelled boxes in a picture, in numpy alone."""
