"""What forms of writing share: files, and as whom one posts."""
