"""Who was erased, so that they are erased again when a backup is restored."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.db import Base
from lti_tool.core.personal import trace


class Erasure(Base):
    """A keyed hash of platform and person: who has the key and a person's id can tell, and nobody else."""

    __tablename__ = "erasure"

    digest: Mapped[str] = mapped_column(primary_key=True, info=trace())
    erased_at: Mapped[datetime] = mapped_column(default=clock.now)
    """Who came after that is somebody new."""
