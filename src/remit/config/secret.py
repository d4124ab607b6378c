"""The key that signs sessions: made once, kept in the data folder, readable by its owner only."""

from __future__ import annotations

import os
import secrets

from remit.kernel import paths


def key() -> str:
    """Return the session-signing key; `REMIT_SECRET_KEY` overrides the file under `REMIT_HOME`.

    Raises:
        OSError: the data folder cannot be written.
    """
    from_environment = os.environ.get("REMIT_SECRET_KEY")
    if from_environment:
        return from_environment
    file = paths.home() / "secret.key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"secret.{os.getpid()}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(secrets.token_urlsafe(64))
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass  # another process was first; its key is the key
        finally:
            fresh.unlink()
    return file.read_text(encoding="ascii").strip()
