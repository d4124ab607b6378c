"""Vendors: who supplies models, under which contract, and when diligence was last done."""
