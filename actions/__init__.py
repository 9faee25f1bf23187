"""Rasa's custom actions: a module per business area. They read through ports and return effects; they write nothing."""
