"""Sign-in links of administrators (one use each) and the sessions that came of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.core import clock
from lti_tool.core.db import Base
from lti_tool.core.ids import new_random_id
from lti_tool.core.personal import SECRET


class AdminSignIn(Base):
    """A link that was made at the command line. Signing in with it deletes it."""

    __tablename__ = "admin_sign_in"

    token_digest: Mapped[str] = mapped_column(primary_key=True, info=SECRET)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]


class AdminSession(Base):
    """An administrator's session. Its secret is in a cookie, its id in the log lines of what was done."""

    __tablename__ = "admin_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_random_id)
    secret_digest: Mapped[str] = mapped_column(unique=True, info=SECRET)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
