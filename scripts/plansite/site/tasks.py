"""This module holds the task sheet of a unit: all that the notice gives it to do, for its page and its files."""

from dataclasses import dataclass
from functools import cached_property

import segno
from markupsafe import Markup

from plansite.errors import Lang
from plansite.site.graph import MeasureView, PlanView, SafeguardView, UnitView


@dataclass(frozen=True)
class Task:
    """A measure or safeguard that a unit answers for."""

    unit: UnitView
    clause: MeasureView | SafeguardView

    @property
    def measure(self) -> MeasureView | None:
        """The measure, None where it is a safeguard."""
        return self.clause if isinstance(self.clause, MeasureView) else None

    @property
    def number(self) -> int:
        """The number of the measure or safeguard in the notice."""
        if isinstance(self.clause, SafeguardView):
            return self.clause.plan.safeguards.index(self.clause) + 1
        return self.clause.number

    @property
    def role(self) -> str:
        """The name of the label that says how the unit answers for it: as responsible or as lead unit."""
        return self.clause.role if self.unit.kind == "collective" else f"{self.clause.role}_one"

    def others(self, lang: Lang, comma: str, joint_comma: str) -> str:
        """Return the other units named for it, in the wording of the notice, joined by commas; "" without any."""
        joined = ""
        for mention in self.clause.mentions:
            if mention.unit is not self.unit:
                before = (joint_comma if mention.unit.joint else comma) if joined else ""
                joined += before + mention.wording[lang]
        return joined


class TaskSheet:
    """What the notice gives a unit to do; its files have the address of its page and a suffix."""

    def __init__(self, unit: UnitView) -> None:
        self.unit, self.address = unit, f"{unit.address}/tasks"

    @cached_property
    def tasks(self) -> list[Task]:
        """The measures and then the safeguards of the unit, in order."""
        clauses: list[MeasureView | SafeguardView] = [*self.unit.measures, *self.unit.safeguards]
        return [Task(self.unit, clause) for clause in clauses]

    @property
    def undivided(self) -> bool:
        """Whether other units answer for some of it as well."""
        return any(len(task.clause.units) > 1 for task in self.tasks)


def task_sheets(plan: PlanView) -> list[TaskSheet]:
    """Return the task sheet of every unit, of collective wordings too: any of those meant can use it."""
    return [TaskSheet(unit) for unit in plan.units if unit.measures or unit.safeguards]


def qr_code(url: str) -> Markup:
    """Return the QR code of a URL as an SVG element without size."""
    return Markup(segno.make_qr(url, error="m").svg_inline(omitsize=True, svgclass=None, lineclass=None))  # noqa: S704 - only squares
