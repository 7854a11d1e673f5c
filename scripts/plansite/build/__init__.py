"""This package builds, previews and releases the site; only it knows MkDocs."""
