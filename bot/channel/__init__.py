"""The way into the assistant: one pure step."""
