"""The floor: the same model on the same server with nothing governed, checked or recorded."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnxruntime
from granian.constants import Interfaces
from granian.server.embed import Server


class Bare:
    def __init__(self, model: Path, names: list[str]) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(model.read_bytes(), options)
        self._names = names

    async def __rsgi__(self, _scope: Any, protocol: Any) -> None:
        features = msgspec.json.decode(await protocol())["features"]
        row = np.array([[features[name] for name in self._names]], dtype=np.float32)
        (scores,) = self._session.run(["probabilities"], {"X": row})
        answer = msgspec.json.encode({"score": float(scores[0, 1])})
        protocol.response_bytes(200, [("content-type", "application/json")], answer)


async def main() -> None:
    model, names, port = Path(sys.argv[1]), sys.argv[2].split(","), int(sys.argv[3])
    server = Server(Bare(model, names), "127.0.0.1", port, interface=Interfaces.RSGI, log_enabled=False)
    await server.serve()


asyncio.run(main())
