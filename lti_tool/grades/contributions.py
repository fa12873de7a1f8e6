"""What a contribution means for its author's place in the gradebook."""

from sqlalchemy.orm import Session

from lti_tool.grades.service import note_contribution
from lti_tool.posts.events import ContributionPublished


def note_published_for_grades(session: Session, event: ContributionPublished) -> None:
    """The gradebook hears nothing of an anonymous post: it would name the author."""
    if event.post.pseudonym is None:
        note_contribution(session, event.actor, event.conversation.placement_id)
