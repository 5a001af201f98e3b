"""Casework: the dockets of the agency, from a request at the door to the last certificate.

``docket`` is the engine, pure functions over frozen values. Whatever touches a database stands beside it.
"""
