"""A BPMN process moves a subject between stages by completing tasks that a role answers for within a clock."""
