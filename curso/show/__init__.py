"""Things that show themselves: in a notebook as HTML or a picture, in a terminal as text."""
