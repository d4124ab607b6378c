"""What a client of a generated Remit needs: a session, a token, use cases, and how many reads the list makes.

usage: REMIT_HOME=FOLDER session.py
"""

from __future__ import annotations

import json
from datetime import timedelta

from generate import READER

from remit.cli import installation


def main() -> None:
    """Print them as JSON."""
    with installation.ready():
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        from remit.inventory import queries as inventory
        from remit.kernel import clock
        from remit.people import actions, queries

        reader = queries.user_by_email(READER)
        client = Client(HTTP_HOST="127.0.0.1")
        client.force_login(reader, "allauth.account.auth_backends.AuthenticationBackend")
        client.get("/models/")
        with CaptureQueriesContext(connection) as reads:
            answer = client.get("/models/")
        if answer.status_code != 200:
            raise SystemExit(f"/models/ answers {answer.status_code}")
        _, secret = actions.create_token(
            acting_user=reader,
            name="benchmark",
            scopes=("read", "model.register"),
            expires_at=clock.recorded_now() + timedelta(days=1),
        )
        print(
            json.dumps(
                {
                    "cookie": client.cookies["sessionid"].value,
                    "token": secret,
                    "reads": len(reads),
                    "use_cases": list(inventory.use_cases().values_list("key", flat=True)[:4000]),
                    "owners": list(queries.directory().values_list("email", flat=True)[:500]),
                    "units": list(queries.units().values_list("name", flat=True)),
                }
            )
        )


if __name__ == "__main__":
    main()
