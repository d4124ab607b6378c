"""Show a remit, write it to a file, or verify such a file offline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from remit.cli import installation, output
from remit.kernel import clock, paths
from remit.kernel.problems import Conflict, Invalid

NAME = "remit"
app = typer.Typer(
    no_args_is_help=True, help="Show a remit, write it to a file, or verify such a file offline."
)

Number = Annotated[str, typer.Argument(help="The remit's number, such as RM-0001.")]
Keys = Annotated[
    list[Path] | None,
    typer.Option("--public-key", help="A public key file; repeat it for more. This home's keys if omitted."),
]


@app.command()
def show(number: Number, *, as_json: output.AsJson = False) -> None:
    """Show who may decide what, for whom, within which limits, and the remit's state now."""
    with installation.ready():
        from remit.governance import queries

        found = queries.remit(number)
    terms = found.terms
    if as_json:
        output.show({"number": found.reference, "state": found.state, "terms": terms}, as_json=True)
        return
    output.show(
        {"state": f"{found.state} {found.state_reason}".strip(), **_brief(terms)}, as_json=False, title=number
    )


@app.command()
def export(
    number: Number,
    file: Annotated[Path, typer.Argument(help="Where to write the signed envelope; keys go beside it.")],
    *,
    as_json: output.AsJson = False,
) -> None:
    """Write a remit's signed envelope and the public keys to files that verify anywhere."""
    with installation.ready():
        from remit.governance import queries
        from remit.proof.keys import KeyRing

        found = queries.remit(number)
        if not found.envelope:
            raise Conflict(
                f"{found.reference} is a draft and has no signature yet.", remedy="Have it issued first."
            )
        keys = KeyRing(paths.keys()).public_keys()
    file.write_text(json.dumps(found.envelope, indent=2) + "\n", encoding="utf-8")
    written = [file]
    for signature in found.envelope["signatures"]:
        beside = file.with_name(f"{signature['keyid']}.public.pem")
        beside.write_text(keys[signature["keyid"]], encoding="ascii")
        written.append(beside)
    output.show({"remit": found.reference, "files": written}, as_json=as_json)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A remit's envelope, as `remit remit export` writes it.")],
    *,
    public_key: Keys = None,
    as_json: output.AsJson = False,
) -> None:
    """Verify a remit offline: its signature holds and its dates cover today. Exits with 1 if not."""
    from remit.proof import keys, remit_statement

    known = keys.read_public_keys(public_key or sorted(paths.keys().glob("*.public.pem")))
    try:
        envelope = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Invalid(f"{file} is not JSON: {error}.", remedy="Export the remit again.") from error
    statement = remit_statement.verify_remit(envelope, known)
    terms = statement.terms
    now = clock.now()
    if not terms.valid_from <= now < terms.valid_until:
        raise Conflict(
            f"The signature of {terms.number} holds, but it is valid from {terms.valid_from:%d %b %Y} "
            f"until {terms.valid_until:%d %b %Y}.",
            remedy="Ask its issuer for the remit that followed it.",
        )
    found = {
        "verified": True,
        "number": terms.number,
        "use_case": terms.use_case.name,
        "model": f"{terms.version.model} {terms.version.number}",
        "valid_until": terms.valid_until,
        "signed_by_keys": statement.key_ids,
        "artifacts": {subject.name: subject.sha256 for subject in statement.subjects},
        "note": "A later suspension or revocation is not in the file; the ledger holds it.",
    }
    output.show(found, as_json=as_json, title=str(file))


def _brief(terms: dict[str, Any]) -> dict[str, Any]:
    limits = [
        f"{limit['name']}: at most {limit['maximum']:g} {limit.get('field') or 'decisions'} "
        f"{'a ' + limit['period'] if limit.get('period') else 'each'}"
        for limit in terms["limits"]
    ]
    stops = [
        f"{stop['metric']} {stop['direction']} {stop['limit']:g}: {stop['action']}"
        for stop in terms["stop_conditions"]
    ]
    return {
        "use case": terms["use_case"]["name"],
        "model": f"{terms['version']['model']} {terms['version']['number']}",
        "may decide": terms["may_decide"],
        "purposes": ", ".join(terms["purposes"]),
        "population": terms["population"]["description"],
        "limits": "; ".join(limits),
        "prohibited inputs": ", ".join(terms["prohibited_inputs"]),
        "stops when": "; ".join(stops),
        "accountable": terms["accountable"]["name"],
        "issued by": terms["issued_by"]["name"],
        "valid": f"{terms['valid_from']} to {terms['valid_until']}",
    }
