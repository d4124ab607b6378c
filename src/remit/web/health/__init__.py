"""Whether this process and its database work, for supervisors and load balancers."""
