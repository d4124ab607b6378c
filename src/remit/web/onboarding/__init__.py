"""First run: the first administrator, then the steps until a model decides under a remit."""
