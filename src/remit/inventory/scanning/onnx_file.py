"""Reads an ONNX file's structure without a runtime: the protobuf is walked, weights are stepped over.

Source: onnx.proto3 of ONNX 1.19 (field numbers) and the protobuf encoding guide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

_DEPTH: Final = 64


class NotOnnx(Exception):
    """The bytes are no ONNX model."""


@dataclass(frozen=True, slots=True)
class Value:
    """An input or output: its element type (ONNX's number) and its shape, None where it is free."""

    name: str
    element: int
    shape: tuple[int | None, ...] | None


@dataclass(slots=True)
class Onnx:
    """What a model file says of itself."""

    ir_version: int = 0
    producer: str = ""
    opsets: dict[str, int] = field(default_factory=dict)
    operators: set[tuple[str, str]] = field(default_factory=set)
    functions: set[tuple[str, str]] = field(default_factory=set)
    inputs: list[Value] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)
    constants: set[str] = field(default_factory=set)
    external: set[str] = field(default_factory=set)
    properties: dict[str, bytes] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    nodes: int = 0


def read(content: bytes | memoryview) -> Onnx:
    """Read a model.

    Raises:
        NotOnnx: the bytes are no protobuf, or no ONNX model.
    """
    model = Onnx()
    try:
        for number, value in _fields(memoryview(content)):
            if number == 1:
                model.ir_version = _number(value)
            elif number in _PARTS:
                _PARTS[number](_bytes(value), model)
    except (ValueError, IndexError, UnicodeDecodeError, RecursionError) as error:
        raise NotOnnx(str(error) or "it breaks off") from error
    if not model.ir_version or not model.nodes or not model.opsets:
        raise NotOnnx("it has no version, no operators or no graph")
    return model


def _producer(data: memoryview, model: Onnx) -> None:
    model.producer = _text(data)


def _main_graph(data: memoryview, model: Onnx) -> None:
    _graph(data, model, 0, top=True)


def _opset(data: memoryview, model: Onnx) -> None:
    entry = dict(_fields(data))
    model.opsets[_text(entry.get(1, b""))] = _number(entry.get(2, 0))


def _property(data: memoryview, model: Onnx) -> None:
    key, text = _entry(data)
    model.properties[key] = text


def _training(data: memoryview, model: Onnx) -> None:
    for _, part in _fields(data):
        _graph(_bytes(part), model, 1)


def _graph(data: memoryview, model: Onnx, depth: int, *, top: bool = False) -> None:
    if depth > _DEPTH:
        raise NotOnnx("graphs lie too deep in one another")
    for number, value in _fields(data):
        if number == 1:
            _node(_bytes(value), model, depth)
        elif number == 5:
            name = _tensor(_bytes(value), model)
            if top:
                model.constants.add(name)
        elif number == 15:
            for inner, part in _fields(_bytes(value)):
                if inner in {1, 2}:
                    _tensor(_bytes(part), model)
        elif top and number in {11, 12}:
            (model.inputs if number == 11 else model.outputs).append(_value(_bytes(value)))


def _node(data: memoryview, model: Onnx, depth: int) -> None:
    operator = domain = ""
    for number, value in _fields(data):
        if number == 4:
            operator = _text(value)
        elif number == 7:
            domain = _text(value)
        elif number == 5:
            _attribute(_bytes(value), model, depth)
    model.nodes += 1
    model.operators.add((domain, operator))


def _attribute(data: memoryview, model: Onnx, depth: int) -> None:
    name, texts = "", []
    for number, value in _fields(data):
        if number == 1:
            name = _text(value)
        elif number in {5, 10}:
            _tensor(_bytes(value), model)
        elif number in {6, 11}:
            _graph(_bytes(value), model, depth + 1)
        elif number in {22, 23}:
            for inner, part in _fields(_bytes(value)):
                if inner in {1, 2}:
                    _tensor(_bytes(part), model)
        elif number == 9:
            texts.append(value)
    if name == "classlabels_strings":
        model.labels = [_text(item) for item in texts[:1000]]


def _function(data: memoryview, model: Onnx) -> None:
    name = domain = ""
    for number, value in _fields(data):
        if number == 1:
            name = _text(value)
        elif number == 10:
            domain = _text(value)
        elif number == 7:
            _node(_bytes(value), model, 1)
    model.functions.add((domain, name))


def _tensor(data: memoryview, model: Onnx) -> str:
    name = ""
    for number, value in _fields(data):
        if number == 8:
            name = _text(value)
        elif number == 13:
            key, text = _entry(value)
            if key == "location":
                model.external.add(text.decode("utf-8"))
    return name


_PARTS: Final = {2: _producer, 7: _main_graph, 8: _opset, 14: _property, 20: _training, 25: _function}


def _value(data: memoryview) -> Value:
    name, element, shape = "", 0, None
    for number, value in _fields(data):
        if number == 1:
            name = _text(value)
        elif number == 2:
            kinds = dict(_fields(_bytes(value)))
            if 1 in kinds:
                element, shape = _tensor_type(_bytes(kinds[1]))
    return Value(name, element, shape)


def _tensor_type(data: memoryview) -> tuple[int, tuple[int | None, ...] | None]:
    element, shape = 0, None
    for number, value in _fields(data):
        if number == 1:
            element = _number(value)
        elif number == 2:
            sides = [dict(_fields(_bytes(side))) for inner, side in _fields(_bytes(value)) if inner == 1]
            shape = tuple(_number(side[1]) if 1 in side else None for side in sides)
    return element, shape


def _entry(value: memoryview | int) -> tuple[str, bytes]:
    pair = dict(_fields(_bytes(value)))
    return _text(pair.get(1, b"")), bytes(_bytes(pair.get(2, memoryview(b""))))


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """Yield the fields of a message: its number and its bytes or its integer."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if not number:
            raise NotOnnx("a field without a number")
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == 2:
            size, at = _varint(data, at)
        elif wire in {1, 5}:
            size = 8 if wire == 1 else 4
        else:
            raise NotOnnx("a field of an unknown kind")
        if at + size > end:
            raise NotOnnx("it breaks off")
        yield number, data[at : at + size]
        at += size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise NotOnnx("a number without an end")


def _bytes(value: memoryview | int | bytes) -> memoryview:
    if isinstance(value, int):
        raise NotOnnx("a number where a message belongs")
    return memoryview(value)


def _text(value: memoryview | int | bytes) -> str:
    return bytes(_bytes(value)).decode("utf-8")


def _number(value: memoryview | int) -> int:
    if not isinstance(value, int):
        raise NotOnnx("a message where a number belongs")
    return value
