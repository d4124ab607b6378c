"""A BPMN process moves a subject between stages; each task has a role that answers for it within a clock."""
