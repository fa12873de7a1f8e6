"""Riverside College, a small LTI 1.3 platform that stands in for an LMS in demos and tests.

It follows the 1EdTech specifications strictly and refuses what a strict LMS would refuse. It is no place for
real data: whoever opens a page chooses who to be.
"""

from lti_tool.demo.lms.app import create_lms
from lti_tool.demo.lms.config import LmsConfig
from lti_tool.demo.lms.launches import Launch, Lms

__all__ = ["Launch", "Lms", "LmsConfig", "create_lms"]
