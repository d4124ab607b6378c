"""Keys, tokens and passwords that stand in a text, with few false alarms."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, Final

from remit.inventory.scanning.contract import Findings

_LINE: Final = 1 << 20
_RULES: Final[tuple[tuple[str, str, re.Pattern[str]], ...]] = (
    (
        "secret.private_key",
        "a private key",
        re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    ),
    ("secret.token", "an AWS access key", re.compile(r"\b((?:AKIA|ASIA)[A-Z2-7]{16})\b")),
    (
        "secret.token",
        "an AWS secret key",
        re.compile(
            r"(?i)aws_?secret_?access_?key[\"']?\s*[:=]\s*[\"']?([A-Za-z0-9/+=]{40})(?![A-Za-z0-9/+=])"
        ),
    ),
    ("secret.token", "a GitHub token", re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})")),
    ("secret.token", "a GitLab token", re.compile(r"\b(glpat-[\w-]{20,})")),
    ("secret.token", "a Slack token", re.compile(r"\b(xox[abeoprs]-[\w-]{20,})")),
    ("secret.token", "a Google API key", re.compile(r"\b(AIza[\w-]{35})(?![\w-])")),
    ("secret.token", "a Stripe key", re.compile(r"\b([rs]k_live_[A-Za-z0-9]{20,})")),
    ("secret.token", "an OpenAI or Anthropic key", re.compile(r"\b(sk-(?:proj-|ant-|svcacct-)[\w-]{30,})")),
    ("secret.token", "a Hugging Face token", re.compile(r"\b(hf_[A-Za-z]{34})\b")),
    (
        "secret.token",
        "a signed web token",
        re.compile(r"\b(eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,})"),
    ),
    ("secret.token", "an Azure account key", re.compile(r"(?i)AccountKey=([A-Za-z0-9+/]{86}==)")),
    (
        "secret.connection",
        "a password in an address",
        re.compile(r"\b[a-z][a-z0-9+.-]{2,20}://[^\s:/@\"'<>]{1,60}:([^\s/@\"'<>]{3,120})@[\w.-]+"),
    ),
    (
        "secret.assigned",
        "what looks like a password",
        re.compile(
            r"(?i)[\"']?\b(?:password|passwd|secret|api_?key|auth_?token|access_?token)[\"']?\s*[:=]\s*"
            r"[\"']([^\"'\s]{12,120})[\"']"
        ),
    ),
)
_PLACEHOLDER: Final = re.compile(
    r"(?i)^(?:\$|\{|<|%|\*|x{3}|\.{3})|\}$|example|changeme|placeholder|your|dummy|^(?:pass(?:word|wd)?|secret|pwd)$|"
    r"^(.)\1+$"
)


def search(stream: BinaryIO, findings: Findings, where: str) -> None:
    """Note every secret in a text; what is noted never repeats the secret."""
    stream.seek(0)
    for number, line in _lines(stream):
        for rule, what, pattern in _RULES:
            for match in pattern.finditer(line):
                found = match[1] if match.lastindex else ""
                if found and not _real(rule, found):
                    continue
                shown = f" that begins with {found[:4]}" if rule == "secret.token" else ""
                findings.add(rule, f"{where}, line {number}", f"{what}{shown}")


def _lines(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    number = 0
    while line := stream.readline(_LINE):
        number += 1
        yield number, line.decode("utf-8", "replace")


def _real(rule: str, found: str) -> bool:
    if _PLACEHOLDER.search(found):
        return False
    if rule != "secret.assigned":
        return True
    counts = Counter(found)
    bits = -sum(n / len(found) * math.log2(n / len(found)) for n in counts.values())
    kinds = sum(any(test(c) for c in found) for test in (str.islower, str.isupper, str.isdigit))
    return bits >= 3.2 and kinds >= 2
