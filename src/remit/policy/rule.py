"""A rule is one CEL expression over declared facts, compiled once and checked many times.

Nothing but `true` passes: an error, a missing fact, a value of another type and an evaluation that
takes too many steps (10,000 iterations; regular expressions are linear) all fail, and say why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from cel_expr_python import cel
from cel_expr_python.ext import ext_math, ext_optional, ext_strings

from remit.kernel.problems import Invalid
from remit.policy.facts import aware, plain

LONGEST = 4000
_TYPES = {
    "bool": cel.Type.BOOL,
    "double": cel.Type.DOUBLE,
    "duration": cel.Type.DURATION,
    "dyn": cel.Type.DYN,
    "int": cel.Type.INT,
    "list": cel.Type.LIST,
    "map": cel.Type.MAP,
    "number": cel.Type.DYN,
    "string": cel.Type.STRING,
    "timestamp": cel.Type.TIMESTAMP,
}
_WORDS = {
    "bool": "true or false",
    "bytes": "bytes",
    "double": "a number",
    "duration": "a duration",
    "dyn": "a value of unknown type",
    "int": "a whole number",
    "int64": "a whole number",
    "list": "a list",
    "map": "a map",
    "null": "nothing",
    "null_type": "nothing",
    "string": "a text",
    "timestamp": "an instant",
    "uint": "a whole number",
}

_NO_OVERLOAD = re.compile(
    r"no matching overloads? (?:found : |for ')_?([^_(']+)_?(?:\[_\])?(?:' applied to ')?\((.*)\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of a rule. `passed` is true only for status `true`; `reason` is a plain sentence."""

    passed: bool
    status: Literal["true", "false", "error"]
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled expression. `kind` is the CEL type it yields, `dyn` when only evaluation can tell."""

    expression: str
    kind: str
    _program: Any
    _variables: tuple[tuple[str, str], ...]

    def check(self, facts: Mapping[str, Any]) -> Verdict:
        """Evaluate over `facts` and never raise: whatever goes wrong is a verdict that does not pass."""
        try:
            answer = self.value(facts)
        except Invalid as problem:
            return Verdict(passed=False, status="error", reason=problem.detail)
        except Exception as error:  # noqa: BLE001 - facts come from anywhere; a rule that breaks must not pass
            return Verdict(passed=False, status="error", reason=f"The rule broke: {error}.")
        if answer is True:
            return Verdict(passed=True, status="true", reason=f"{self.expression} holds.")
        if answer is False:
            return Verdict(passed=False, status="false", reason=f"{self.expression} does not hold.")
        return Verdict(
            passed=False,
            status="error",
            reason=f"{self.expression} yields {answer!r}, which is neither true nor false.",
        )

    def value(self, facts: Mapping[str, Any]) -> Any:
        """Return what the expression yields, as plain Python.

        Raises:
            Invalid: a fact is missing or unreadable, or the evaluation failed; the detail says why.
        """
        try:
            given = {
                name: _readers.get(kind, plain)(facts[name], name)
                for name, kind in self._variables
                if name in facts
            }
            result = self._program.eval(data=given)
        except TypeError as error:
            raise Invalid(f"The fact {error}.", remedy="Give facts as JSON types.") from error
        except RuntimeError as error:
            raise Invalid(f"{self.expression} cannot be evaluated: {_plainly(str(error))}.") from error
        if result.type() == cel.Type.ERROR:
            raise Invalid(f"{self.expression} cannot be evaluated: {_plainly(str(result))}.")
        return result.plain_value()


@dataclass(frozen=True, slots=True)
class Environment:
    """The facts a rule may name, and the CEL type of each.

    Types: bool, double, duration, dyn, int, list, map, number, string, timestamp. A `number` may be whole
    or not, and compares with literals of both kinds, which `int` and `double` do not.
    """

    variables: Mapping[str, str]

    def __post_init__(self) -> None:
        for name, kind in self.variables.items():
            if kind not in _TYPES:
                raise Invalid(
                    f"The fact {name!r} is declared as {kind!r}.", remedy=f"Use one of: {', '.join(_TYPES)}."
                )

    def compile(self, expression: str) -> Rule:
        """Return the rule; compiling the same text again costs a look-up.

        Raises:
            Invalid: the expression is empty, too long, not CEL, or names an undeclared fact; the detail
                gives line and column.
        """
        return _compile(tuple(sorted(self.variables.items())), expression)


@lru_cache(maxsize=4096)
def _compile(variables: tuple[tuple[str, str], ...], expression: str) -> Rule:
    if not expression.strip():
        raise _not_a_rule("The rule is empty.")
    if len(expression) > LONGEST:
        raise _not_a_rule(f"The rule has {len(expression)} characters, more than {LONGEST}.")
    try:
        program = _environment(variables).compile(expression)
    except (RuntimeError, TypeError, ValueError) as error:
        raise _not_a_rule(f"{expression!r} is not a rule: {_position(str(error))}.") from error
    return Rule(expression, str(program.return_type().name()).lower(), program, variables)


@lru_cache(maxsize=256)
def _environment(variables: tuple[tuple[str, str], ...]) -> Any:
    try:
        return cel.NewEnv(
            variables={name: _TYPES[kind] for name, kind in variables},
            extensions=[ext_strings.ExtStrings(), ext_math.ExtMath(), ext_optional.ExtOptional()],
        )
    except RuntimeError as error:
        raise _not_a_rule(f"The facts cannot be declared: {_plainly(str(error))}.") from error


def _not_a_rule(detail: str) -> Invalid:
    return Invalid(detail, fields={"expression": detail})


def _position(message: str) -> str:
    """The first complaint of the compiler, with its line and column."""
    found = re.search(r"ERROR: <input>:(-?\d+):(-?\d+): ([^\n]*)", message)
    if not found:
        return _plainly(message)
    line, column, text = found.groups()
    text = re.sub(r"undeclared reference to '([^']+)'.*", r"\1 is not among the declared facts", text)
    place = f"line {line}, column {column}: " if int(line) > 0 else ""
    return f"{place}{_plainly(text)}"


def _plainly(message: str) -> str:
    """CEL's message in words; an unknown message stays as it is, without its codes."""
    text = re.sub(r"\s*\[[A-Z_]+\]", "", message.split("\n", maxsplit=1)[0])
    text = re.sub(r"^[A-Z_]+: ", "", text).strip()
    if found := re.match(r'Key not found in map : "?([^"]*)"?', text):
        return f"there is no {found[1]}"
    if found := re.match(r'No value with name "([^"]*)" found', text):
        return f"the fact {found[1]} was not given"
    if found := re.match(
        r"No matching overloads found : _?([^_(]+)_?(?:\[_\])?\((.*)\)", text, re.IGNORECASE
    ):
        operands = " and ".join(_WORDS.get(word.strip(), word.strip()) for word in found[2].split(","))
        return f"{found[1]} does not apply to {operands}"
    if "Iteration budget exceeded" in text:
        return "it takes too many steps"
    return text.rstrip(".")


def _number(value: Any, where: str) -> Any:
    number = plain(value, where)
    if number is None or (type(number) in {int, float}):
        return number
    raise TypeError(f"{where} is not a number")


def _timestamp(value: Any, where: str) -> Any:
    if not isinstance(value, datetime):
        raise TypeError(f"{where} is not an instant")
    return aware(value, where)


def _duration(value: Any, where: str) -> Any:
    if not isinstance(value, timedelta):
        raise TypeError(f"{where} is not a duration")
    return value


_readers: dict[str, Callable[[Any, str], Any]] = {
    "number": _number,
    "timestamp": _timestamp,
    "duration": _duration,
}
