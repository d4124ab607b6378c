"""What rules this installation: fields, what is required, what is watched, and who may sign in how."""
