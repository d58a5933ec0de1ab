"""The index: schema, engine, migrations, queries and writes. SQLAlchemy stays inside."""
