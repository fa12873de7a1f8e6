"""Files: a local folder, or an object store. Whoever keeps one knows its key."""
