"""This package compares the English of the plan with its Chinese."""
