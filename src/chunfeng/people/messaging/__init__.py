"""What is written to people: placeholders, choice of a template, the shipped texts."""
