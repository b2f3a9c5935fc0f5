"""Everything that changes a task: making, working, chasing, settling."""

from chunfeng.tasking.actions.assigning import Assigned, Unresolved, assign, assign_waiting

__all__ = ["Assigned", "Unresolved", "assign", "assign_waiting"]
