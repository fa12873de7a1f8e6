"""The built-in xAPI record store: `about` and `statements` over the tool's own database.

Not offered: the document resources (state, profiles), `agents` and `activities`, attachment data, signed
statements, and OAuth. `/xapi/about` and every refusal say so.
"""
