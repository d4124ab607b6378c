"""What the gateway decided and refused, and why."""
