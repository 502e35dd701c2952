"""Finding disputes by what was told, although all of it is sealed."""
