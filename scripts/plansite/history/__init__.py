"""This package tells what has changed between versions of the plan."""
