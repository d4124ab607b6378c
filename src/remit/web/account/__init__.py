"""Sign-in, and what a person keeps to sign in with: password, passkeys, sessions, tokens."""
