"""This package reads data/ into typed records and knows the rules they obey."""
