"""Data in and out: a user's own files, joins, exports."""
