"""Objects in S3 and stores that speak its protocol, by fsspec (the extra `remit[s3]`).

The address of the store and its credentials are those of the process (`AWS_ENDPOINT_URL`, `AWS_PROFILE`, …):
a location names a bucket and a key only, so that it cannot lead to another machine.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from remit.inventory.artifacts.sources import CHUNK, wrong
from remit.kernel.problems import Broken, Unavailable

SCHEME = "s3://"
FORM = "s3://bucket/key"
_LOCATION = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/([^\0]{1,1024})")


def chunks(location: str) -> Iterator[bytes]:
    """Yield an object's bytes; see `sources.Source`."""
    found = _LOCATION.fullmatch(location)
    if found is None:
        raise wrong(location, f"Write {FORM}.")
    bucket, key = found.groups()
    try:
        # an object that changes while it is read would give a digest of neither
        with _files().open(f"{bucket}/{key}", "rb", block_size=8 * CHUNK, cache_type="readahead") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except FileNotFoundError as error:
        raise Broken(
            f"There is no object {location}.", remedy="Restore it; its digest tells the right one."
        ) from error
    except PermissionError as error:
        raise Unavailable(
            f"The store does not let Remit read {location}.", remedy="Let its role read the object."
        ) from error
    except (OSError, ValueError) as error:
        raise Unavailable(f"{location} cannot be read: {str(error)[:200]}.") from error


def _files() -> Any:
    import fsspec

    options: dict[str, Any] = {"skip_instance_cache": True, "use_listings_cache": False}
    if endpoint := os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL"):
        options["client_kwargs"] = {"endpoint_url": endpoint}
    try:
        return fsspec.filesystem("s3", **options)
    except ImportError as error:
        raise Unavailable(
            "Reading from S3 takes a package that is not installed.", remedy="pip install 'remit[s3]'"
        ) from error
