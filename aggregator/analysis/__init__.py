"""What can be computed of a story before anything is written: sentences, quotations, claims, coverage."""
