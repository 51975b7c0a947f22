"""The database: tables, sessions, migrations, and the queries that several places need."""
