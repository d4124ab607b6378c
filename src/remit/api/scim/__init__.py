"""SCIM 2.0 at `/scim/v2/` (RFC 7643, RFC 7644): an identity provider keeps people and groups here."""
