"""The actions that a workflow may use here, as small local stand-ins: none is downloaded, none needs Node.

Whatever reference the workflow pins them by, it gets these; what it pinned is judged on the file itself.
"""

from __future__ import annotations

import re
from pathlib import Path

CHECKOUT = """
inputs: {ref: {default: ""}, path: {default: "."}, fetch-depth: {}, persist-credentials: {}, clean: {}}
outputs: {commit: {value: "${{ steps.copia.outputs.commit }}"}, ref: {value: "${{ inputs.ref }}"}}
runs:
  using: composite
  steps:
    - id: copia
      shell: bash
      env: {REF: "${{ inputs.ref }}", PLACE: "${{ inputs.path }}"}
      run: |
        place="$GITHUB_WORKSPACE/$PLACE"
        mkdir -p "$place"
        cd "$place"
        git init -q -b main
        git fetch -q "@REPOSITORY@" main
        git -c advice.detachedHead=false checkout -q -f "${REF:-FETCH_HEAD}" || git checkout -q -f FETCH_HEAD
        echo "commit=$(git rev-parse HEAD)" >> "$GITHUB_OUTPUT"
"""
SETUP = """
inputs: {python-version: {}, cache: {}, cache-dependency-path: {}, check-latest: {}, version: {}, enable-cache: {}}
outputs:
  python-version: {value: "${{ inputs.python-version }}"}
  python-path: {value: "${{ steps.onde.outputs.python }}"}
  cache-hit: {value: "false"}
runs:
  using: composite
  steps:
    - id: onde
      shell: bash
      run: echo "python=$(command -v python)" >> "$GITHUB_OUTPUT"
"""
UPLOAD = """
inputs: {name: {default: artifact}, path: {required: true}, retention-days: {}, if-no-files-found: {}, overwrite: {}}
runs:
  using: composite
  steps:
    - shell: bash
      env: {NAME: "${{ inputs.name }}", PATHS: "${{ inputs.path }}"}
      run: python3 "@HERE@/guardar.py" "@STORE@"
"""
DOWNLOAD = """
inputs: {name: {default: ""}, path: {default: "."}, pattern: {}, merge-multiple: {}}
outputs: {download-path: {value: "${{ inputs.path }}"}}
runs:
  using: composite
  steps:
    - shell: bash
      env: {NAME: "${{ inputs.name }}", PLACE: "${{ inputs.path }}"}
      run: |
        mkdir -p "$PLACE"
        cp -R "@STORE@/$NAME/." "$PLACE"
"""
KEEP = """
import glob, os, shutil, sys

target = os.path.join(sys.argv[1], os.environ["NAME"])
found = []
for line in os.environ["PATHS"].splitlines():
    if line.strip() and not line.strip().startswith("!"):
        found += [os.path.abspath(one) for one in sorted(glob.glob(os.path.expanduser(line.strip()), recursive=True))]
if not found:
    sys.exit("No files were found with the provided path.")
# As the real one: below the folder that all of them share.
shared = found[0] if len(found) == 1 and os.path.isdir(found[0]) else os.path.commonpath([os.path.dirname(f) for f in found])
for one in found:
    place = os.path.normpath(os.path.join(target, os.path.relpath(one, shared)))
    if os.path.isdir(one):
        shutil.copytree(one, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))
    else:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        shutil.copyfile(one, place)  # artifacts forget who may execute a file
"""
ACTIONS = {
    "actions/checkout": CHECKOUT,
    "actions/setup-python": SETUP,
    "astral-sh/setup-uv": SETUP,
    "actions/upload-artifact": UPLOAD,
    "actions/download-artifact": DOWNLOAD,
}
_USED = re.compile("(" + "|".join(map(re.escape, ACTIONS)) + r")@([\w./-]+)")


def lay_out(folder: Path, repository: Path, workflow: str) -> dict[str, Path]:
    """Writes the stand-ins and says where each that this workflow names is to be found."""
    folder.mkdir()
    (folder / "guardados").mkdir()
    (folder / "guardar.py").write_text(KEEP, encoding="utf-8")
    for name, text in ACTIONS.items():
        place = folder / name.replace("/", "-")
        place.mkdir()
        for mark, value in (
            ("@REPOSITORY@", repository),
            ("@STORE@", folder / "guardados"),
            ("@HERE@", folder),
        ):
            text = text.replace(mark, str(value))
        (place / "action.yml").write_text(f"name: {name}\ndescription: local\n{text}", encoding="utf-8")
    return {f"{name}@{ref}": folder / name.replace("/", "-") for name, ref in _USED.findall(workflow)}
