"""A decision is a request that a remit allows, a version that a route chose, an action that limits permit,
and a record that proves it.
"""
