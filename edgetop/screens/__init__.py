"""The pages of the terminal interface, composed of widgets."""
