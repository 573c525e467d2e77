"""What a deploy has left in its target: releases, the link to the one that is live, and how it came to point there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.judge.checks import Unmet, Waits, step_of
from autograder.model.evidence import Evidence, StepEvidence, TreeEntry
from autograder.model.reports.workflows import WorkflowReport

_RELATIVE = re.compile(r"(?:\./)?releases/([^/]+)/?")
_ABSOLUTE = re.compile(r"/(?:.*/)?{target}/+releases/([^/]+)/?")
_SAID = re.compile(r"^\[[^\]]*\]\s+(?:\| ?(.*)|❌\s+Failure - Main (.*))$")
_MAX_LOG = 1_500


@dataclass(frozen=True)
class Deployed:
    """A run of the workflow, and the target after it."""

    step: StepEvidence
    report: WorkflowReport
    folder: str
    """The target's own name."""

    @property
    def entries(self) -> Mapping[str, TreeEntry]:
        return self.step.trees.get(self.folder, {})

    @property
    def commit(self) -> str:
        """The commit that it was about."""
        return self.report.commits[-1] if self.report.commits else ""

    @property
    def link(self) -> TreeEntry | None:
        return self.entries.get("current")

    @property
    def live(self) -> str:
        """The release that is live; empty where none is."""
        if self.link is None or self.link.kind != "link":
            return ""
        content = self.link.content
        absolute = re.compile(_ABSOLUTE.pattern.replace("{target}", re.escape(self.folder)))
        found = _RELATIVE.fullmatch(content) or absolute.fullmatch(content)
        name = found[1] if found else ""
        return name if name in self.releases else ""

    @property
    def releases(self) -> tuple[str, ...]:
        """The folders that are releases; what starts with a dot is somebody's draft."""
        names = [path.removeprefix("releases/") for path, one in self.entries.items() if one.kind == "folder"]
        return tuple(n for n in names if "/" not in n and n != "releases" and not n.startswith("."))

    def within(self, release: str) -> dict[str, TreeEntry]:
        """Everything in a release, by its path from there."""
        start = f"releases/{release}/"
        return {p.removeprefix(start): one for p, one in self.entries.items() if p.startswith(start)}

    def differences(self, release: str, wanted: Mapping[str, str]) -> list[str]:
        """What is missing, wrong or too much in a release's `dags/` and `include/`, in Portuguese."""
        there = {
            path: one for path, one in self.within(release).items()
            if one.kind != "folder" and path.startswith(("dags/", "include/")) and "__pycache__" not in path
        }  # fmt: skip
        missing = [f"falta {path}" for path in wanted if path not in there]
        links = [f"{path} não é um arquivo comum" for path, one in there.items() if one.kind != "file"]
        wrong = [
            f"{path} tem outro conteúdo" for path, digest in wanted.items()
            if path in there and there[path].kind == "file" and there[path].content != digest
        ]  # fmt: skip
        extra = [f"sobra {path}" for path in there if path not in wanted]
        return [*missing, *links, *wrong, *extra]

    def outside_text(self) -> dict[str, tuple[str, str]]:
        """All but times: what two targets that hold the same have in common."""
        return {path: (one.kind, one.content) for path, one in self.entries.items()}

    def switches(self) -> list[str] | None:
        """What became of the name `current`, in order; None where it could not be watched."""
        told = self.step.events.get(self.folder)
        return None if told is None else [event.what for event in told if event.name == "current"]

    def must_be_green(self, wanted: str) -> None:
        """Raises Unmet where the workflow ended red."""
        if self.report.exit:
            raise Unmet(
                wanted, f"O workflow terminou vermelho: {failed_step(self.step)}.", log=said(self.step)
            )


def deployed(evidence: Evidence, name: str, folder: str) -> Deployed:
    """The workflow's run in `scenario/step`. Raises Unmet where there is none."""
    step = step_of(evidence, name)
    if step.workflow is None:
        raise Unmet("O workflow roda até o fim.", "Não há relato da execução.")
    return Deployed(step, step.workflow, folder)


def watched(run: Deployed) -> list[str]:
    """What became of `current`. Raises Waits where this system cannot tell."""
    told = run.switches()
    if told is None:
        raise Waits(
            "Não deu para assistir à troca: isso pede um Linux, e uma pasta que continue lá até o fim."
        )
    return told


def failed_step(step: StepEvidence) -> str:
    """Which step of the workflow failed first, in words."""
    for text in step.output.values():
        for line in text.splitlines():
            found = _SAID.match(line)
            if found and found[2]:
                return f"falhou o passo «{found[2].split(' [')[0][:80]}»"
    return "nenhum passo disse por quê (um job sem runner, uma action que não existe?)"


def said(step: StepEvidence) -> str:
    """What the workflow's own programs printed, without the runner's voice."""
    lines = [line for text in step.output.values() for line in text.splitlines()]
    kept = []
    for line in lines:
        found = _SAID.match(line)
        if found:
            kept.append(found[1] if found[1] is not None else f"(falhou: {found[2]})")
    return "\n".join(kept)[-_MAX_LOG:]
