"""What administrators do with other people's accounts, inside their own range."""
