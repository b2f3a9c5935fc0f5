"""Rounds of calls for the office that runs them: made, watched, gone through again, decided."""
