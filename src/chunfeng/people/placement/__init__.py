"""Rules that place people by exposure and symptoms, and how one of them is chosen (E3)."""
