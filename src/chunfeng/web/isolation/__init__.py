"""Isolation and monitoring, follow-ups, the gate, fever cases, rules and affected areas."""
