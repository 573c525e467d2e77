"""The formgrader's button, in a process of its own: grading takes seconds, and the Lab must go on answering."""

from __future__ import annotations

import asyncio
import json
import sys

from nbgrader.server_extensions.formgrader import apihandlers
from nbgrader.server_extensions.formgrader.base import check_notebook_dir, check_xsrf
from tornado import web

SECONDS = 600


@web.authenticated
@check_xsrf  # type: ignore[untyped-decorator]
@check_notebook_dir  # type: ignore[untyped-decorator]
async def _post(self: apihandlers.AutogradeHandler, assignment_id: str, student_id: str) -> None:
    self.write(json.dumps(await _autograde(self.coursedir.root, assignment_id, student_id)))


async def _autograde(root: str, assignment: str, student: str) -> dict[str, object]:
    """What `NbGraderAPI.autograde` would return: success, and what was said."""
    command = [sys.executable, "-m", "nbgrader", "autograde", f"--assignment={assignment}"]
    process = await asyncio.create_subprocess_exec(
        *command, f"--student={student}", "--force", cwd=root, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        return {"success": False, "error": f"A correção passou de {SECONDS} s e foi interrompida.", "log": ""}
    text = said.decode("utf-8", "replace")
    done = process.returncode == 0
    return {"success": done, "log": text, **({} if done else {"error": text[-4000:]})}


def install() -> None:
    """Replaces the request that would block the whole server while it grades."""
    apihandlers.AutogradeHandler.post = _post
