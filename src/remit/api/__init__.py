"""The REST interface: translate, call one action or query, translate back."""
