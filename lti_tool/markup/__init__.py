"""Text to safe HTML: markdown, formulas, coloured code."""
