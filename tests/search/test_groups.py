"""What is a group's own is found by nobody else, until the gallery opens."""

from tests.groups.conftest import grouped  # noqa: F401  # a fixture
from tests.groups.grouping import Grouped
from tests.search.test_searching import found, search
from tests.threads.test_threads import post_thread


def test_a_groups_posts_are_found_by_its_members_and_staff(grouped: Grouped) -> None:  # noqa: F811
    path = post_thread(grouped.ana, title="Our nest", body="Only Kestrels may know this.", tags="nests")
    grouped.ana.send(path, f"{path}/replies", {"body": "It has four kestrels."})
    for insider in (grouped.ana, grouped.ines):
        assert found(search(insider, "kestrels")) == ["Our nest", "Our nest"]
    for outsider in (grouped.tom, grouped.mia):
        for typed in ("kestrels", "nest", "kestrels or nests"):
            assert found(search(outsider, typed)) == found(search(outsider, typed, order="newest")) == []
            assert "nest</a>" not in search(outsider, typed, tag="nests")
