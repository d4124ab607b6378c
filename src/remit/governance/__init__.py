"""A control is a rule over facts; a gate is a set of controls; a remit is what a passed gate and its
signatures yield.
"""
