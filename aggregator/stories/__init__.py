"""Stories: embedding, clustering online, and how both are measured."""
