"""A profile is a mergeable table of counts; a metric is a pure function of profiles; a test is a metric
against a limit.
"""
