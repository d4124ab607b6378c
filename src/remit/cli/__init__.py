"""The `remit` command: translate, call one action or query, translate back."""
