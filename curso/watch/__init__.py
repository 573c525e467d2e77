"""`curso observar`: on every save the criteria run at once, and repaint in place.

`files` sees saves, `checking` grades in a process that can be cancelled, `session` decides what happens when,
`screen` draws it, `keys` holds the terminal.
"""
