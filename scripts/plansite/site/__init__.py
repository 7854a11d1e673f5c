"""This package turns a validated plan into pages, tables, search indexes and their addresses."""
