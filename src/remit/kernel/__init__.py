"""The smallest shared vocabulary: ids, the clock, paths and problems. Imports nothing of Remit."""
