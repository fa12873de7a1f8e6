"""Strict validation of statements against xAPI 1.0.3 and 2.0.0."""

from xapi.validation.errors import InvalidStatement
from xapi.validation.statements import check_statement

__all__ = ["InvalidStatement", "check_statement"]
