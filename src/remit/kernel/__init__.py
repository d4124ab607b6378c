"""The smallest shared vocabulary: ids, the clock, money and problems. Imports nothing of Remit."""
