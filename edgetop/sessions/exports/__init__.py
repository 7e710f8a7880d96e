"""A session in the formats of other programs, one file a format; ``registry`` names them."""
