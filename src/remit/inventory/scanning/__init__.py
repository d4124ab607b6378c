"""What may be wrong with a model's files, found without importing, loading or running any of them.

`scan(files)` reads pickles, joblib, npy, ONNX, archives and texts, compressed or not, and returns what it
found. A file that cannot be followed to its end is a finding, never a pass.
"""

from remit.inventory.scanning.contract import SEVERITIES, Findings, Weakness, counted
from remit.inventory.scanning.files import scan

__all__ = ["SEVERITIES", "Findings", "Weakness", "counted", "scan"]
