"""Requests to addresses that others gave us: pinned, short, small, without redirects or surprises."""

from lti_tool.core.outbound.addresses import OutboundError, Policy, policy_of, read_address
from lti_tool.core.outbound.client import Answer, OutboundClient

__all__ = ["Answer", "OutboundClient", "OutboundError", "Policy", "policy_of", "read_address"]
