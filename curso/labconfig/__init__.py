"""What the course's JupyterLab needs beside its code: default settings, the missing Portuguese, the panel.

`jupyter/` is a Jupyter config directory (it only adds to the search path, nothing is ever written to it).
`pt_BR.json` holds translations that the language pack lacks: domain, context, English, Portuguese.
`labextensions/` is what `make painel` builds of `painel/`: not to be edited.
"""

from pathlib import Path

LABEXTENSIONS = Path(__file__).parent / "labextensions"
