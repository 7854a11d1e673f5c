"""This package turns data/plan.yaml into the pages, data files and text of the plan site."""
