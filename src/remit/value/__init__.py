"""A KPI is a query over recorded events, costs and randomised outcomes, with an interval and an accountable
person.
"""
