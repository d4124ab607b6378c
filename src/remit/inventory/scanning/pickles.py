"""Walks a pickle opcode by opcode, as Python's and joblib's readers would, without importing or calling.

The machine keeps a stack, marks and a memo of symbols, so that a name assembled on the stack, fetched from
the memo or built by a call is seen for what it is. What cannot be followed is a weakness, never a pass.

Sources: CPython `Lib/pickle.py`, `Modules/_pickle.c`, `Lib/pickletools.py`; joblib `numpy_pickle.py`.
"""

from __future__ import annotations

import contextlib
import pickletools
import re
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from remit.inventory.scanning import allowed
from remit.inventory.scanning.contract import DEPTH, Findings
from remit.inventory.scanning.dtypes import ARRAY_WRAPPER, is_array_wrapper, shape_of, width_of
from remit.inventory.scanning.symbols import Const, Global, Group, Made, Table, text

_OPCODES: Final = 50_000_000
_KEPT: Final = 1 << 16
_CHUNK: Final = 1 << 20
_LINE: Final = 1 << 26
_METHODS: Final = frozenset({"append", "extend", "add", "update"})
_NAME: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_CONSTANTS: Final = frozenset(
    {
        "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "STRING", "BINSTRING",
        "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8", "UNICODE",
        "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "FLOAT", "BINFLOAT"
    }
)  # fmt: skip
_CALL_A_MAKER: Final = frozenset(
    {"numpy.random._pickle.__generator_ctor", "numpy.random._pickle.__randomstate_ctor"}
)
_WORDS: Final = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}


class Unreadable(Exception):
    """The stream is no pickle, or one that cannot be followed to its end."""


class _Lines:
    """A stream whose lines are bounded, as `pickletools` reads opcode arguments from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self.read, self.tell, self.seek = stream.read, stream.tell, stream.seek
        self._readline = stream.readline

    def readline(self) -> bytes:
        return self._readline(_LINE)


class Walk:
    """One pickle of a stream.

    Args:
        stream: a seekable binary stream, standing where the pickle begins.
        findings: where weaknesses go.
        where: what the file is called in them.
        guess: the stream may be no pickle at all: then only what would run before it fails counts.
        torch: PyTorch's persistent ids, which name tensors of the same archive, are understood.
    """

    def __init__(
        self, stream: BinaryIO, findings: Findings, where: str, *, guess: bool = False, torch: bool = False,
        depth: int = 0,
    ) -> None:  # fmt: skip
        self._stream, self._lines, self._torch, self._guess = stream, _Lines(stream), torch, guess
        self._findings, self._where, self._depth = findings, where, depth
        self._stack: list[Any] = []
        self._marked: list[list[Any]] = []
        self._memo: dict[int, Any] = {}
        self._frame_end = 0
        self._suspects: list[tuple[str, str]] = []
        self._reported = 0
        self._runs = False

    def run(self) -> Any:
        """Follow the pickle to its end and return what it builds.

        Raises:
            Unreadable: it is broken, or does what cannot be followed.
        """
        try:
            return self._follow()
        except (ValueError, IndexError, KeyError, OverflowError, AttributeError, UnicodeError) as error:
            raise Unreadable(f"{type(error).__name__}: {error}"[:160]) from error
        finally:
            # a stream that breaks off has done by then what stands before the break
            if self._runs or not self._guess:
                for rule, what in self._suspects:
                    self._findings.add(rule, self._where, what)

    def _follow(self) -> Any:
        for _ in range(_OPCODES):
            position = self._stream.tell()
            code = self._stream.read(1)
            opcode = pickletools.code2op.get(code.decode("latin-1")) if code else None
            if opcode is None:
                raise Unreadable(
                    f"no instruction at byte {position}" if code else f"it breaks off at byte {position}"
                )
            argument = opcode.arg.reader(self._lines) if opcode.arg is not None else None
            if opcode.name == "STOP":
                self._runs = True
                return self._stack.pop()
            self._step(opcode.name, argument)
        raise Unreadable(f"it has more than {_OPCODES:,} instructions")

    def _step(self, name: str, argument: Any) -> None:
        if name in _CONSTANTS:
            large = isinstance(argument, bytes | bytearray) and len(argument) > _KEPT
            self._stack.append(Const(b"" if large else argument))
        elif name in _WORDS:
            self._stack.append(Const(_WORDS[name]))
        elif name == "FRAME":
            if self._stream.tell() < self._frame_end:
                raise Unreadable("a frame begins within another")
            self._frame_end = self._stream.tell() + argument
        elif name != "PROTO":
            _STEPS[name](self, argument)

    def _mark(self, _: Any) -> None:
        self._marked.append(self._stack)
        self._stack = []

    def _since_mark(self) -> list[Any]:
        items, self._stack = self._stack, self._marked.pop()
        return items

    def _pop(self, _: Any) -> None:
        if self._stack:
            self._stack.pop()
        else:
            self._since_mark()

    def _dup(self, _: Any) -> None:
        self._stack.append(self._stack[-1])

    def _put(self, index: Any) -> None:
        self._memo[int(index)] = self._stack[-1]

    def _memoize(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def _get(self, index: Any) -> None:
        self._stack.append(self._memo[int(index)])

    def _tuple_of(self, count: int) -> None:
        items = self._stack[-count:]
        if len(items) < count:
            raise Unreadable("it takes more from the stack than there is")
        del self._stack[-count:]
        self._stack.append(Group("tuple", items))

    def _group(self, kind: str) -> None:
        items = self._since_mark()
        self._stack.append(Group(kind, items))

    def _table(self, _: Any) -> None:
        items = self._since_mark()
        self._stack.append(Table(_pairs(items)))

    def _extend(self, items: list[Any]) -> None:
        target = self._stack[-1]
        if isinstance(target, Group | Made):
            target.items.extend(items)
        else:
            self._patched(target)

    def _set_items(self, items: list[Any]) -> None:
        target, pairs = self._stack[-1], _pairs(items)
        if isinstance(target, Table):
            target.pairs.extend(pairs)
        elif isinstance(target, Made):
            target.items.extend(pairs)
        else:
            self._patched(target)

    def _append(self, _: Any) -> None:
        item = self._stack.pop()
        self._extend([item])

    def _set_item(self, _: Any) -> None:
        pair = self._stack[-2:]
        del self._stack[-2:]
        self._set_items(pair)

    def _global(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self._import(module, name)

    def _stack_global(self, _: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        if text(name) is None or text(module) is None:
            self._suspect("pickle.computed_import", "imports a name that is only computed while it is read")
            self._runs = True
            self._stack.append(Made(None))
            return
        self._import(module.value, name.value)

    def _import(self, module: str, name: str) -> None:
        found = Global(module, name)
        self._stack.append(found)
        if not self._guess:
            self._findings.imports.add(str(found)[:200])
        if not allowed.known(module, name):
            if self._guess and not (_NAME.fullmatch(module) and _NAME.fullmatch(name)):
                raise Unreadable("it reads like text")
            self._suspect("pickle.import", f"imports {found}"[:200])

    def _inst(self, argument: str) -> None:
        arguments = self._since_mark()
        self._global(argument)
        self._call(self._stack.pop(), Group("tuple", arguments), as_class=not arguments)

    def _obj(self, _: Any) -> None:
        called, *arguments = self._since_mark()
        self._call(called, Group("tuple", arguments), as_class=not arguments)

    def _reduce(self, _: Any) -> None:
        arguments, called = self._stack.pop(), self._stack.pop()
        self._call(called, arguments, as_class=False)

    def _newobj(self, _: Any) -> None:
        arguments, called = self._stack.pop(), self._stack.pop()
        self._call(called, arguments, as_class=True)

    def _newobj_ex(self, _: Any) -> None:
        keywords, arguments, called = self._stack.pop(), self._stack.pop(), self._stack.pop()
        if not isinstance(keywords, Table):
            raise Unreadable("the keywords of a class are no dictionary")
        self._call(called, arguments, as_class=True)

    def _call(self, called: Any, arguments: Any, *, as_class: bool) -> None:
        self._runs = True
        if not isinstance(called, Global):
            self._suspect("pickle.call", "calls something that is only computed while it is read")
        elif not isinstance(arguments, Group):
            self._suspect("pickle.call", f"calls {called} with arguments that cannot be told")
        elif _known(called) and not _harmless(called, arguments, as_class=as_class):
            self._suspect("pickle.call", f"calls {called} with arguments that no saved model has")
        made = Made(called, arguments)
        if _reconstructs(called, arguments):
            made.of = arguments.items[0]
        self._stack.append(made)

    def _build(self, _: Any) -> None:
        state, target = self._stack.pop(), self._stack[-1]
        if not isinstance(target, Made):
            self._patched(target)
            return
        for attributes in _attributes(state):
            names = [text(key) for key, _ in attributes.pairs]
            for name in names:
                if name is not None and (name in _METHODS or (name.startswith("__") and name.endswith("__"))):
                    self._suspect("pickle.patch", f"replaces the method {name} of an object")
            if is_array_wrapper(target) and None in names:
                raise Unreadable("the attributes of an array cannot be told")
            target.attributes.pairs.extend(attributes.pairs)
        target.state = state
        if is_array_wrapper(target):
            self._stack[-1] = self._array(target)

    def _patched(self, target: Any) -> None:
        what = str(target) if isinstance(target, Global) else "a constant"
        self._runs = True
        self._suspect("pickle.patch", f"changes {what} rather than an object")

    def _extension(self, code: Any) -> None:
        self._runs = True
        self._suspect("pickle.extension", f"imports by extension code {code}, which only the reader resolves")
        self._stack.append(Made(None))

    def _persistent(self, _: Any) -> None:
        self._persistent_id(self._stack.pop())

    def _persistent_id(self, identifier: Any) -> None:
        parts = identifier.items if isinstance(identifier, Group) else []
        storage = bool(parts) and text(parts[0]) == "storage"
        if not (self._torch and storage):
            self._runs = True
            self._suspect("pickle.persistent_id", "has the reader fetch an object by a persistent id")
        self._stack.append(Made(None))

    def _unchanged(self, _: Any) -> None:
        """The buffer on the stack is only said to be read-only."""

    def _buffer(self, _: Any) -> None:
        self._suspect("pickle.buffers", "takes buffers from outside the file")
        self._stack.append(Made(None))

    def _array(self, wrapper: Made) -> Made:
        """Follow joblib past the bytes of an array, and Python's own reader into them."""
        get = wrapper.attributes.get
        width, shape = width_of(get("dtype")), shape_of(get("shape"))
        if width is None or shape is None:
            raise Unreadable("an array's type or shape cannot be told")
        if self._stream.tell() < self._frame_end:
            self._suspect("pickle.ambiguous", "an array within a frame, which joblib and pickle read apart")
        array = Made(Global("numpy", "ndarray"), attributes=wrapper.attributes)
        if width.objects:
            self._nested(array)
            return array
        self._as_pickle_reads_it()
        if get("numpy_array_alignment_bytes") is not None and _given(get("numpy_array_alignment_bytes")):
            padding = self._exactly(1)[0]
            self._exactly(padding)
        count = 1
        for side in shape:
            count *= side
        array.raw = self._skipped(count * width.size)
        return array

    def _nested(self, array: Made) -> None:
        if self._depth >= DEPTH:
            raise Unreadable("pickles lie too deep in one another")
        walk = Walk(self._stream, self._findings, self._where, torch=self._torch, depth=self._depth + 1)
        inner = walk.run()
        array.state = inner.state if isinstance(inner, Made) else None

    def _as_pickle_reads_it(self) -> None:
        """What Python's own reader, which takes the array's bytes for instructions, would run."""
        position = self._stream.tell()
        if self._depth < DEPTH:
            other = Walk(self._stream, self._findings, self._where, guess=True, depth=self._depth + 1)
            other._stack = [*self._stack]
            other._marked = [[*items] for items in self._marked]
            other._memo = dict(self._memo)
            try:
                other.run()
            except Unreadable:
                pass
            else:
                self._suspect("pickle.ambiguous", "joblib and pickle read two different objects from it")
        self._stream.seek(position)

    def _exactly(self, count: int) -> bytes:
        found = self._stream.read(count)
        if len(found) != count:
            raise Unreadable("an array breaks off")
        return found

    def _skipped(self, count: int) -> bytes | None:
        if count <= _KEPT:
            return self._exactly(count)
        while count:
            count -= len(self._exactly(min(count, _CHUNK)))
        return None

    def _suspect(self, rule: str, what: str) -> None:
        if (rule, what) not in self._suspects:
            self._suspects.append((rule, what))


def _given(symbol: Any) -> bool:
    """Whether a symbol is a constant other than None."""
    return isinstance(symbol, Const) and symbol.value is not None


def _known(called: Global) -> bool:
    return allowed.known(called.module, called.name)


def _pairs(items: list[Any]) -> list[tuple[Any, Any]]:
    if len(items) % 2:
        raise Unreadable("a dictionary has a key without a value")
    return list(zip(items[::2], items[1::2], strict=True))


def _attributes(state: Any) -> list[Table]:
    """Return the dictionaries of attributes that a state sets: its own, and that of slots."""
    if isinstance(state, Table):
        return [state]
    if isinstance(state, Group) and len(state.items) == 2:
        return [item for item in state.items if isinstance(item, Table)]
    return []


def _reconstructs(called: Any, arguments: Any) -> bool:
    names = {"copyreg._reconstructor", "copy_reg._reconstructor"}
    return (
        isinstance(called, Global)
        and str(called) in names
        and isinstance(arguments, Group)
        and bool(arguments.items)
    )


def _harmless(called: Global, arguments: Group, *, as_class: bool) -> bool:
    """Whether an allowed name is used the way a saved model uses it."""
    if _reconstructs(called, arguments):
        first = arguments.items[0]
        return isinstance(first, Global)
    if any(isinstance(item, Global) and item.name == ARRAY_WRAPPER for item in arguments.items):
        # a function that made one would hide from this walk that joblib reads an array here
        return False
    if str(called) == "_codecs.encode":
        return len(arguments.items) == 2 and text(arguments.items[1]) in {"latin1", "latin-1"}
    if str(called) in _CALL_A_MAKER:
        # they call what they are handed as their second argument
        return all(
            isinstance(item, Const | Made) or str(item) == "numpy.random._pickle.__bit_generator_ctor"
            for item in arguments.items
        )
    return as_class or allowed.callable_with_anything(called.module, called.name)


_STEPS: Final[dict[str, Callable[[Walk, Any], None]]] = {
    "MARK": Walk._mark,
    "POP": Walk._pop,
    "POP_MARK": lambda walk, _: walk._since_mark() and None,
    "DUP": Walk._dup,
    "PUT": Walk._put,
    "BINPUT": Walk._put,
    "LONG_BINPUT": Walk._put,
    "MEMOIZE": Walk._memoize,
    "GET": Walk._get,
    "BINGET": Walk._get,
    "LONG_BINGET": Walk._get,
    "EMPTY_TUPLE": lambda walk, _: walk._stack.append(Group("tuple")),
    "TUPLE": lambda walk, _: walk._group("tuple"),
    "TUPLE1": lambda walk, _: walk._tuple_of(1),
    "TUPLE2": lambda walk, _: walk._tuple_of(2),
    "TUPLE3": lambda walk, _: walk._tuple_of(3),
    "EMPTY_LIST": lambda walk, _: walk._stack.append(Group("list")),
    "LIST": lambda walk, _: walk._group("list"),
    "EMPTY_SET": lambda walk, _: walk._stack.append(Group("set")),
    "FROZENSET": lambda walk, _: walk._group("frozenset"),
    "EMPTY_DICT": lambda walk, _: walk._stack.append(Table()),
    "DICT": Walk._table,
    "APPEND": Walk._append,
    "APPENDS": lambda walk, _: walk._extend(walk._since_mark()),
    "ADDITEMS": lambda walk, _: walk._extend(walk._since_mark()),
    "SETITEM": Walk._set_item,
    "SETITEMS": lambda walk, _: walk._set_items(walk._since_mark()),
    "GLOBAL": Walk._global,
    "STACK_GLOBAL": Walk._stack_global,
    "INST": Walk._inst,
    "OBJ": Walk._obj,
    "REDUCE": Walk._reduce,
    "NEWOBJ": Walk._newobj,
    "NEWOBJ_EX": Walk._newobj_ex,
    "BUILD": Walk._build,
    "EXT1": Walk._extension,
    "EXT2": Walk._extension,
    "EXT4": Walk._extension,
    "PERSID": lambda walk, argument: walk._persistent_id(Const(argument)),
    "BINPERSID": Walk._persistent,
    "NEXT_BUFFER": Walk._buffer,
    "READONLY_BUFFER": Walk._unchanged,
}


def walk_all(stream: BinaryIO, findings: Findings, where: str, *, torch: bool = False) -> list[Any]:
    """Walk every pickle of a stream, one behind the other, and return what each builds."""
    built: list[Any] = []
    while True:
        position = stream.tell()
        if not stream.read(1):
            return built
        stream.seek(position)
        try:
            built.append(Walk(stream, findings, where, torch=torch).run())
        except Unreadable as error:
            rule = "pickle.trailing" if built else "pickle.unreadable"
            lead = "what follows the object cannot be read: " if built else ""
            findings.add(rule, where, f"{lead}{error}")
            return built


def guessed(stream: BinaryIO, findings: Findings, where: str) -> None:
    """Note what a file that does not call itself a pickle would import or run if it were read as one."""
    stream.seek(0)
    with contextlib.suppress(Unreadable):
        Walk(stream, findings, where, guess=True).run()
