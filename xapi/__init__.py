"""xAPI: vocabulary, statements, their validation, and talking to a learning record store."""
