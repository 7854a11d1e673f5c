"""This package writes the plan in the formats of other programs."""
