"""The words in which the rooms speak with one another: frozen dataclasses, enums, Protocols, errors.

Runs under Python 3.10 (assistant) and 3.11 (service); imports the standard library and PyYAML only.
"""
