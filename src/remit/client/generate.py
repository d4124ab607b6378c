"""Writes `generated` from an OpenAPI document: a TypedDict a schema, a method an operation, twice."""

from __future__ import annotations

import builtins
import json
import keyword
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

_WIDTH = 108
_HEAD = '"""{what}. Written from the OpenAPI document by `make docs`."""\n'
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_ROOT = "/api/v1"
_FILES = "Sequence[File]"
_SHAPES = {"shapes": "What the API takes and gives", "record": "A model's record as published"}
Schema = Mapping[str, Any]


def sources(document: Schema) -> dict[str, str]:
    """Return the modules of `generated`, by file name.

    Raises:
        ValueError: an operation names one parameter twice.
    """
    operations = [
        _Operation(document, path.removeprefix(_ROOT), method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return {
        "shapes.py": _shapes(document, "shapes", sync := _class(operations, awaited=False)),
        "record.py": _shapes(document, "record", sync),
        "sync.py": sync,
        "asynchronous.py": _class(operations, awaited=True),
    }


def _shapes(document: Schema, module: str, used_in: str) -> str:
    schemas: Schema = document["components"]["schemas"]
    waiting, used = set(re.findall(rf"\b{module}\.(\w+)", used_in)), set()
    while waiting:
        used.add(name := waiting.pop())
        waiting |= set(re.findall(r"schemas/(\w+)", json.dumps(schemas[name]))) - used
    lines = [
        _HEAD.format(what=_SHAPES[module]),
        "# fmt: off",
        "from __future__ import annotations",
        "",
        "from typing import Any, Literal, NotRequired, TypedDict",
    ]
    for name in sorted(used):
        lines += ["", "", *(_shape if "properties" in schemas[name] else _alias)(name, schemas[name])]
    return "\n".join([*lines, ""])


def _shape(name: str, schema: Schema) -> Iterator[str]:
    required = set(schema.get("required", ()))
    members = {
        member: _type(each) if member in required else f"NotRequired[{_type(each)}]"
        for member, each in schema["properties"].items()
    }
    if any(keyword.iskeyword(member) for member in members):
        inside = ", ".join(f'"{member}": {kind}' for member, kind in members.items())
        yield from _wrapped(f'{name} = TypedDict("{name}", {{{inside}}})', "    ")
        return
    yield f"class {name}(TypedDict):"
    yield from _doc(schema.get("description") or schema.get("title") or name, "    ")
    for member, kind in members.items():
        yield from _wrapped(f"{member}: {kind}", "    ", "        ")


def _alias(name: str, schema: Schema) -> Iterator[str]:
    yield from _wrapped(f"{name} = {_type(schema)}", "", "    ")


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if choices is None and isinstance(kinds := schema.get("type"), list):
        choices = [{**schema, "type": kind} for kind in kinds]
    if choices is not None:
        kinds = dict.fromkeys(_type(choice) for choice in choices)
        return " | ".join(sorted(kinds, key="None".__eq__))
    if "contentSchema" in schema:
        return _type(schema["contentSchema"])
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return _literal(values) if values else _simple(schema)


def _literal(values: list[Any]) -> str:
    return f"Literal[{', '.join(json.dumps(value) for value in values)}]"


def _simple(schema: Schema) -> str:
    kind = schema.get("type")
    if kind == "array":
        return f"list[{_type(schema.get('items', {}))}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {_type(values) if isinstance(values, Mapping) else 'Any'}]"
    return _PLAIN.get(str(kind), "Any")


def _item_of(schema: Schema) -> str | None:
    """Return what a page is a page of; None if the schema is no page."""
    if set(schema.get("properties", ())) != {"items", "next"}:
        return None
    return _type(schema["properties"]["items"]["items"])


class _Operation:
    """An operation of the document, as a method of the client."""

    def __init__(self, document: Schema, path: str, method: str, operation: Schema) -> None:
        self.document = document
        self.name = _snake(operation["operationId"])
        self.method = method.upper()
        self.doc = operation.get("description") or operation["summary"]
        parameters = [self._known(each) for each in operation.get("parameters", ())]
        self.parts = [each["name"] for each in parameters if each["in"] == "path"]
        self.path = path
        self.query = [each for each in parameters if each["in"] == "query"]
        self.headers = [_snake(each["name"]) for each in parameters if each["in"] == "header"]
        content = operation.get("requestBody", {}).get("content", {})
        self.form = self._known(content.get("multipart/form-data", {}).get("schema", {}))
        self.body = content.get("application/json", {}).get("schema", {})
        self.result = self._result(operation["responses"])

    def lines(self, *, awaited: bool) -> Iterator[str]:
        """Yield the method."""
        prefix, wait = ("async ", "await ") if awaited else ("", "")
        signature = ", ".join(["self", *self._positional(), *self._named()])
        yield from _wrapped(f"{prefix}def {self.name}({signature}) -> {self.result}:", "    ", "        ")
        yield from _doc(self.doc, "        ")
        call = f'return cast("{self.result}", {wait}self._send({", ".join(self._call())}))'
        yield from _wrapped(call, "        ", "            ")

    def _known(self, given: Schema) -> Schema:
        while "$ref" in given:
            *_, kind, name = given["$ref"].split("/")
            given = self.document["components"][kind][name]
        return given

    def _result(self, responses: Schema) -> str:
        good = next(responses[code] for code in responses if str(code).startswith("2"))
        content = good.get("content", {})
        if not content:
            return "None"
        if len(content) > 1:
            return "Any"
        schema = next(iter(content.values())).get("schema", {})
        item = _item_of(self._known(schema))
        return f"Page[{_qualified(item)}]" if item else _qualified(_type(schema))

    def _members(self) -> list[tuple[str, str, bool]]:
        """Return the body's members: name, type, whether it must be given; a list is one member, `given`."""
        schema = self._known(self.body)
        if not schema:
            return []
        if "properties" not in schema:
            return [("given", _qualified(_type(self.body)), True)]
        required = set(schema.get("required", ()))
        return [(n, _qualified(_type(each)), n in required) for n, each in schema["properties"].items()]

    def _positional(self) -> list[str]:
        whole = [f"{name}: {kind}" for name, kind, _ in self._members() if name == "given"]
        return [*(f"{name}: str" for name in self.parts), *whole]

    def _named(self) -> list[str]:
        given = [(n, k, must) for n, k, must in self._members() if n != "given"]
        given += [(p["name"], _qualified(_type(p["schema"])), bool(p.get("required"))) for p in self.query]
        if self.form:
            given += [
                (name, _sent(each) or _qualified(_type(each)), each.get("type") != "array")
                for name, each in self.form["properties"].items()
            ]
        names = [*self.parts, *(name for name, _, _ in given)]
        if len(names) != len(set(names)):
            raise ValueError(f"{self.name} names a parameter twice: {names}")
        needed = [f"{_argument(name)}: {kind}" for name, kind, must in given if must]
        usual = [
            f"{name}: {kind} = ()" if kind == _FILES else f"{_argument(name)}: Maybe[{kind}] = OMITTED"
            for name, kind, must in given
            if not must
        ]
        wanted = [f"{name}: str | None = None" for name in self.headers if name != "if_none_match"]
        named = [*needed, *usual, *wanted]
        return ["*", *named] if named else []

    def _call(self) -> Iterator[str]:
        yield f'"{self.method}"'
        yield _address(self.path)
        if self.query:
            yield f"query={_mapping([each['name'] for each in self.query])}"
        members = [name for name, _, _ in self._members()]
        if members == ["given"]:
            yield "body=given"
        elif members:
            yield f"body={_mapping(members)}"
        if self.form:
            sent = {name: _sent(each) for name, each in self.form["properties"].items()}
            yield f"form={_mapping([name for name, kind in sent.items() if not kind])}"
            files = [f'"{n}": {n if kind == _FILES else f"[{n}]"}' for n, kind in sent.items() if kind]
            yield f"files={{{', '.join(files)}}}"
        yield from (f"{name}={name}" for name in self.headers if name != "if_none_match")


def _class(operations: list[_Operation], *, awaited: bool) -> str:
    name = "AsyncOperations" if awaited else "Operations"
    send = "async def" if awaited else "def"
    lines = [
        _HEAD.format(what="The API's operations as methods" + (" to be awaited" if awaited else "")),
        "# fmt: off",
        "from __future__ import annotations",
        "",
        "from abc import ABC, abstractmethod",
        "from collections.abc import Sequence",
        "from typing import Any, Literal, cast",
        "",
        "from remit.client.generated import record, shapes",
        "from remit.client.wire import OMITTED, File, Maybe, Page, path",
        "",
        "",
        f"class {name}(ABC):",
        '    """The operations; `_send` is what a client makes of them."""',
        "",
        "    @abstractmethod",
        f"    {send} _send(self, method: str, address: str, **how: Any) -> Any:",
        '        """Send a request and return what was answered."""',
    ]
    for operation in sorted(operations, key=lambda each: each.name):
        lines += ["", *operation.lines(awaited=awaited)]
    return "\n".join([*lines, ""])


def _qualified(kind: str) -> str:
    """Return a type with the module of the shapes before each of them."""
    return re.sub(r"(?<![\w\"'.])([A-Z]\w+)(?![\w\"'\[])", _place, kind)


def _place(found: re.Match[str]) -> str:
    if found[1] in {"Any", "None", "Literal", "Sequence", "File"}:
        return found[1]
    return f"{'record' if found[1].startswith(('Record', 'ModelRecord')) else 'shapes'}.{found[1]}"


def _address(path: str) -> str:
    parts = [f'"{part}"' if not part.startswith("{") else part[1:-1] for part in path.strip("/").split("/")]
    return f"path({', '.join(parts)})"


def _sent(schema: Schema) -> str:
    """Return the type of a parameter that is a file or files; empty if it is none."""
    if schema.get("format") == "binary":
        return "File"
    return _FILES if schema.get("items", {}).get("format") == "binary" else ""


def _mapping(names: list[str]) -> str:
    return "{" + ", ".join(f'"{name}": {_argument(name)}' for name in names) + "}"


def _argument(name: str) -> str:
    """Return what a member is called as a parameter: not as something of Python's own."""
    return f"{name}_" if keyword.iskeyword(name) or hasattr(builtins, name) else name


def _snake(name: str) -> str:
    return re.sub(r"\W+", "_", name).lower()


def _doc(text: str, indent: str) -> Iterator[str]:
    said = " ".join(text.split()).replace('"""', "'''")
    yield from textwrap.wrap(
        f'"""{said}"""',
        width=_WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _wrapped(code: str, indent: str, rest: str = "        ") -> Iterator[str]:
    """Yield code in lines that fit, broken after commas inside brackets."""
    line = indent
    for piece in re.split(r"(?<=[,{(\[]) ", code) if len(indent + code) > _WIDTH else [code]:
        if line.strip() and len(line) + len(piece) + 1 > _WIDTH:
            yield line.rstrip()
            line = rest
        line += piece if line in {indent, rest} else f" {piece}"
    yield line.rstrip()
