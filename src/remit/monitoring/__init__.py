"""Monitors measure a model in business window by window; a failed test is an alarm with an owner and a
clock.
"""
