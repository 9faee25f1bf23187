"""The Rasa assistant (Python 3.10): its domain, rules, NLU components, and the channel that runs one pure step."""
