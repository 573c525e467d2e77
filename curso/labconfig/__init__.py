"""What the course's JupyterLab needs beside its code: default settings and the missing Portuguese.

`jupyter/` is a Jupyter config directory (it only adds to the search path, nothing is ever written to it).
`pt_BR.json` holds translations that the language pack lacks: domain, context, English, Portuguese.
"""
