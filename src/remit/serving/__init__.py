"""A deployment is a version at work somewhere; a route chooses among them; the decision store keeps what
they decided.
"""
