"""From a feed's entry to a document: poll, fetch, extract; and archives that come in as text."""
