"""Where models live outside Remit, behind one contract."""
