"""The client against a served installation: what the docs show, and what a notebook registers."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import remit
from remit.client import notebook, tag_of
from remit.inventory import queries as inventory
from remit.kernel.problems import Conflict, Denied, Invalid

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("page", ["register-from-a-notebook.md", "api.md"])
def test_the_docs_run(served: SimpleNamespace, page: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert blocks
    names: dict[str, Any] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"{page}, block {number}", "exec"), names)  # noqa: S102 - our own docs
    assert capsys.readouterr().out


def test_a_notebook_registers_in_three_lines(served: SimpleNamespace) -> None:
    from sklearn.linear_model import LogisticRegression

    pd = pytest.importorskip("pandas")
    rows = pd.DataFrame(
        {"payments": [0.2, 0.3, 0.5, 0.6], "channel": ["branch", "web", "web", None], "first": [True] * 4}
    )
    model = LogisticRegression().fit(rows[["payments"]], [0, 0, 1, 1])

    registered = remit.Client().register(model, use_case="mortgage-approval", sample=rows)

    version = inventory.version(registered.model, registered.number)
    assert version.number == "1"
    assert version.content_digest == registered.content_digest
    assert version.model.name == "LogisticRegression"
    assert version.model.built_in == "sklearn"
    assert version.developer == served.bank.people.developer
    columns = {column["name"]: column for column in version.schema["columns"]}
    assert columns["payments"] == {
        "name": "payments", "role": "feature", "kind": "numeric", "minimum": 0.2, "maximum": 0.6,
    }  # fmt: skip
    assert columns["label"]["positive"] == "1"
    assert version.environment["packages"]["scikit-learn"]
    stored = inventory.verified_artifacts(version)["model.joblib"]
    assert hashlib.sha256(stored.read_bytes()).hexdigest() == version.artifacts.get().sha256
    again = remit.Client().register(model, use_case="mortgage-approval", sample=rows)
    assert (again.model, again.number) == (registered.model, "2")


def test_files_are_registered_as_they_are(served: SimpleNamespace, tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    file = tmp_path / "scorecard.json"
    file.write_text('{"points": 3}')
    registered = remit.Client().register(
        file, use_case="mortgage-approval", name="Points", kind="rules", code_reference="git abc",
        sample=pd.DataFrame({"payments": [1, 2]}), number="7",
    )  # fmt: skip
    version = inventory.version(registered.model, "7")
    assert (version.code_reference, version.model.kind) == ("git abc", "rules")
    assert version.artifacts.get().media_type == "application/json"
    with pytest.raises(Invalid, match="no file"):
        remit.Client().register(tmp_path / "gone", use_case="mortgage-approval", code_reference="x")
    with pytest.raises(Invalid, match="columns"):
        remit.Client().register(file, use_case="mortgage-approval", code_reference="x")


def test_a_token_does_what_its_scopes_allow(served: SimpleNamespace) -> None:
    reading = served.client(served.url, served.token(served.bank.people.developer, "read"))
    assert reading.get_me()["email"] == "developer@calder.example"
    with pytest.raises(Denied):
        reading.register_model(use_case="mortgage-approval", name="X", kind="ml")
    with pytest.raises(Denied):
        served.client(served.url, "rmt_" + "x" * 43).get_me()


def test_what_was_changed_meanwhile_is_not_overwritten(served: SimpleNamespace) -> None:
    client = remit.Client()
    seen = client.get_model("MDL-0001")
    client.edit_model("MDL-0001", tags=["first"], if_match=tag_of(seen))
    with pytest.raises(Conflict, match="changed"):
        client.edit_model("MDL-0001", tags=["second"], if_match=tag_of(seen))


def test_awaited_it_answers_the_same(served: SimpleNamespace) -> None:
    import asyncio

    async def ask() -> list[str]:
        async with remit.AsyncClient() as client:
            return [row["name"] async for row in client.every(client.list_models, limit=1)]

    assert asyncio.run(ask()) == [row["name"] for row in remit.Client().every(remit.Client().list_models)]


def test_code_is_named_by_commit_or_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    main = SimpleNamespace(In=["", "model.fit()"])
    monkeypatch.setitem(notebook.sys.modules, "__main__", main)
    assert notebook.made_by().startswith("notebook cells sha256:")
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@b.example"]
    for line in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"]):
        notebook.subprocess.run([*git, *line], check=True)
    assert re.fullmatch(rf"{tmp_path.name}@[0-9a-f]{{40}}", notebook.made_by())
