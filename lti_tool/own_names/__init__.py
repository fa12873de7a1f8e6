"""Names that people give themselves in a course whose platform gives none."""
