"""Cases of the references that are no rows of ours, or not rows alone, and the tests that show them."""

_BROWSER = "tests/browser/test_sites.py::"
_CHOOSING = "tests/deep_linking/test_deep_linking.py::"
_KEYS = "tests/launch/test_platform_keys.py::"
_LAUNCH = "tests/launch/test_launch.py::"
_NOTICES = "tests/notices/test_notices.py::"
_OUTBOUND = "tests/core/test_outbound_client.py::"
_PLACES = "tests/core/test_outbound_addresses.py::"
_PROOF = "tests/launch/test_proof.py::"
_REGISTERING = "tests/platforms/test_registering.py::"
_UPDATES = "tests/platforms/test_registering_updates.py::"
_UNREGISTERED = "tests/platforms/test_registering_refused.py::"

ELSEWHERE: dict[str, tuple[str, ...]] = {
    # lti.md, section 2
    "35": (_LAUNCH + "test_of_twenty_posts_of_one_token_exactly_one_gets_in",),
    "36": (
        _PROOF + "test_of_twenty_parallel_posts_without_the_cookie_exactly_one_is_held",
        _PROOF + "test_of_twenty_parallel_proofs_exactly_one_gets_in",
    ),
    "38": (_PROOF + "test_two_minutes_are_enough_and_not_more",),
    "52": (_OUTBOUND + "test_it_ends_soon_and_in_little_memory",),
    "53": (
        _LAUNCH + "test_a_rotated_platform_key_is_fetched_once",
        _LAUNCH + "test_kept_keys_serve_for_a_day_while_the_platform_does_not_answer",
        _LAUNCH + "test_strangers_make_the_platform_be_asked_for_keys_once",
        _KEYS + "test_a_first_fetch_that_fails_is_not_tried_again_at_once",
        _KEYS + "test_a_fetch_that_fails_spoils_nothing_that_another_had_meanwhile",
        _NOTICES + "test_a_platform_that_is_down_is_asked_for_keys_once",
    ),
    "57": ("tests/launch/test_approval.py::test_nobody_comes_in_before_the_registration_is_approved",),
    "58": ("tests/launch/test_approval.py::test_a_new_deployment_waits_and_works_once_it_is_approved",),
    "59": ("tests/launch/test_test_users.py::test_nothing_of_theirs_is_recorded",),
    "60": ("tests/platforms/test_lms.py::test_what_was_not_substituted_is_absent",),
    "65": (
        _CHOOSING + "test_data_comes_back_byte_for_byte",
        _CHOOSING + "test_no_data_comes_back_where_none_was_sent",
    ),
    "66": (_CHOOSING + "test_the_answer_by_the_specification",),
    "67": (_CHOOSING + "test_an_address_with_quotes_is_escaped",),
    "73": (_NOTICES + "test_it_is_refused",),
    "74": (_NOTICES + "test_it_is_refused",),
    "75": (_NOTICES + "test_a_notice_sent_again_is_one", _NOTICES + "test_of_twenty_at_once_one_is_kept"),
    "76": (_NOTICES + "test_a_type_that_nobody_knows_is_taken_and_does_nothing",),
    "77": (_NOTICES + "test_one_bad_notice_spoils_no_other",),
    # security.md, 2.2; 17 stands for its whole paragraph, 17 to 34
    "S36": (_LAUNCH + "test_login_leads_to_the_registered_address_alone",),
    "S38": (_BROWSER + "test_a_launch_that_another_page_posts_signs_nobody_in",),
    "S39": (
        _LAUNCH + "test_a_secret_that_was_there_before_opens_nothing",
        "tests/web/test_sessions.py::test_the_secret_of_one_launch_opens_no_other",
    ),
    "S40": (
        "tests/grades/test_scores.py::test_learners_observers_and_other_courses_staff_find_nothing",
        "tests/grades/test_line_items.py::test_a_column_elsewhere_is_none_and_gets_no_token",
        "tests/grades/test_newest_wins.py::test_the_platform_ends_with_the_newest_score",
    ),
    "S41": (
        "tests/people/test_roster.py::test_a_next_page_elsewhere_gets_neither_a_request_nor_a_token",
        "tests/people/test_roster.py::test_pages_without_end_end",
        "tests/people/test_roster.py::test_a_broken_page_makes_the_pages_before_it_worthless",
        "tests/people/test_leaving.py::test_more_than_thirty_percent_waits_for_staff",
    ),
    "S42": (
        _CHOOSING + "test_twenty_posts_at_once_are_one_answer",
        _CHOOSING + "test_an_answer_that_is_too_old_is_not_given_again",
        _CHOOSING + "test_whoever_is_a_learner_by_now_chooses_nothing",
    ),
    "S43": (
        _REGISTERING + "test_it_is_registered_and_waits_for_approval",
        _UPDATES + "test_an_update_waits_and_changes_nothing",
        _UPDATES + "test_a_stranger_with_an_invitation_gets_nowhere",
        _REGISTERING + "test_an_invitation_expires_and_can_be_revoked",
        _UNREGISTERED + "test_what_a_platform_may_not_say_of_itself",
    ),
    "S44": (
        _PLACES + "test_no_way_of_writing_it_leads_inside",
        _OUTBOUND + "test_a_redirect_is_not_followed",
        _OUTBOUND + "test_a_name_that_changes_its_mind_is_asked_once",
    ),
}
