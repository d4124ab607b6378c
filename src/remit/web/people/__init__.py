"""Sign-in, sign-out and the people pages."""
