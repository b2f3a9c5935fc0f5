"""Everything that changes measures, claims and money."""
