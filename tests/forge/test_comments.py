import httpx
import pytest

from pulumi_paygentic.forge import (
    ForgeError,
    Mark,
    NotFound,
    NotPermitted,
    Place,
    RateLimited,
    Refused,
    Unavailable,
    UnexpectedResponse,
    publish,
)
from pulumi_paygentic.forge.http import Session
from tests.forge.support.server import (
    BAD_GATEWAY,
    CUT_AFTER,
    CUT_BEFORE,
    LATE_GATEWAY,
    Fault,
    Response,
)
from tests.forge.support.world import World, notice, world


def test_the_first_run_creates_a_comment_with_its_mark_in_the_first_line(at: World) -> None:
    outcome = at.post(notice(text="**+3 %**"))
    (entry,) = at.comments
    mark = Mark.read(entry.body)
    assert outcome.verb == "created"
    assert outcome.url
    assert mark is not None
    assert mark == notice(text="**+3 %**").mark
    assert entry.body.endswith("\n\n**+3 %**")


def test_the_next_run_edits_the_same_comment(at: World) -> None:
    at.post(notice(0, "one"))
    first = at.comments[0].id
    outcome = at.post(notice(1, "two"))
    (entry,) = at.comments
    assert outcome.verb == "updated"
    assert entry.id == first
    assert entry.body.endswith("two")


def test_the_same_notice_again_writes_nothing(at: World) -> None:
    at.post(notice())
    before = at.writes()
    assert at.post(notice()).verb == "unchanged"
    assert at.writes() == before


def test_an_older_run_does_not_overwrite_a_newer_one(at: World) -> None:
    at.post(notice(5, "newer"))
    before = at.writes()
    assert at.post(notice(4, "older")).verb == "superseded"
    assert at.writes() == before
    assert at.comments[0].body.endswith("newer")


def test_each_stack_project_and_kind_has_its_own_comment(at: World) -> None:
    for what in (notice(), notice(stack="dev"), notice(project="books"), notice(kind="drift")):
        at.post(what)
    assert len(at.comments) == 4


def test_a_comment_is_found_behind_pages_of_others(at: World) -> None:
    at.fill(130)
    at.post(notice(0))
    at.fill(230)
    assert at.post(notice(1)).verb == "updated"
    assert len(at.ours()) == 1


def test_a_comment_of_somebody_else_with_our_mark_is_not_ours(at: World) -> None:
    at.service.comment("mallory", notice(99, "mine").body(60_000))
    at.post(notice(1))
    assert [entry.author for entry in at.comments] == ["mallory", at.bot]
    assert at.comments[0].body.endswith("mine")


def test_a_mark_below_the_first_line_is_text(at: World) -> None:
    at.service.comment(at.bot, "Somebody wrote:\n" + notice(99).body(60_000))
    at.post(notice(1))
    assert len(at.comments) == 2
    assert at.comments[0].edits == 0


def test_a_text_that_a_person_edited_is_written_again(at: World) -> None:
    at.post(notice())
    at.comments[0].body += "\n\nedited by hand"
    assert at.post(notice()).verb == "updated"
    assert at.comments[0].body == notice().body(60_000)


def test_of_several_comments_the_newest_stays(at: World) -> None:
    for minute in (1, 3, 2):
        at.service.comment(at.bot, notice(minute, f"run {minute}").body(60_000))
    outcome = at.post(notice(0, "late"))
    assert outcome.verb == "superseded"
    assert [entry.body.rpartition("\n")[2] for entry in at.ours()] == ["run 3"]


def test_there_is_no_first_comment_for_nothing_if_it_is_not_wanted(at: World) -> None:
    assert at.post(notice(present=False), only_if_present=True).verb == "skipped"
    assert at.comments == []


def test_there_is_a_first_comment_for_nothing_if_it_is_wanted(at: World) -> None:
    assert at.post(notice(text="No change.", present=False)).verb == "created"
    assert len(at.comments) == 1


def test_a_comment_whose_change_is_gone_says_so_and_shows_the_last_state_folded(at: World) -> None:
    at.post(notice(0, "**+3 %**"))
    outcome = at.post(notice(1, "Nothing changes any more.", present=False), only_if_present=True)
    (entry,) = at.comments
    assert outcome.verb == "withdrawn"
    text = entry.body.partition("\n\n")[2]
    assert text.startswith("Nothing changes any more.")
    assert "**+3 %**" in text.partition("<details>")[2]
    assert entry.hidden == (at.forge == "github")


def test_a_change_that_stays_gone_is_folded_once(at: World) -> None:
    at.post(notice(0, "**+3 %**"))
    for minute in (1, 2, 3):
        at.post(notice(minute, f"Nothing, says run {minute}.", present=False))
    body = at.comments[0].body
    assert body.count("<details>") == 1
    assert body.count("**+3 %**") == 1
    assert "says run 3" in body
    assert at.post(notice(3, "Nothing, says run 3.", present=False)).verb == "unchanged"


def test_a_change_that_comes_back_is_shown_again(at: World) -> None:
    at.post(notice(0))
    at.post(notice(1, "Nothing.", present=False))
    at.post(notice(2, "It is back."))
    (entry,) = at.comments
    assert not entry.hidden
    assert "Nothing." not in entry.body


def test_a_comment_that_a_person_has_hidden_stays_hidden() -> None:
    with world("github") as at:
        at.post(notice(0))
        at.comments[0].hidden = True
        at.post(notice(1, "more"))
        assert at.comments[0].hidden
        assert at.comments[0].body.endswith("more")


def test_where_the_token_must_not_hide_the_text_says_that_it_is_outdated() -> None:
    with world("github") as at:
        at.service.users["ghs_bot"].hides = False
        at.post(notice(0))
        assert at.post(notice(1, "Nothing.", present=False)).verb == "withdrawn"
        assert "Nothing." in at.comments[0].body
        assert not at.comments[0].hidden


@pytest.mark.parametrize("fault", [CUT_BEFORE, CUT_AFTER, BAD_GATEWAY, LATE_GATEWAY], ids=repr)
@pytest.mark.parametrize("moment", range(5))
def test_a_failure_at_any_request_leaves_one_comment(at: World, fault: Fault, moment: int) -> None:
    at.server.faults.extend([*[None] * moment, fault])
    at.post(notice(0, "one"))
    at.server.faults.extend([*[None] * moment, fault])
    at.post(notice(1, "two"))
    (entry,) = at.comments
    assert entry.body.endswith("two")


def test_a_forge_that_stays_broken_is_tried_six_times_with_growing_pauses(at: World) -> None:
    at.server.faults.extend([BAD_GATEWAY] * 50)
    with pytest.raises(Unavailable, match=r"says 502\. Run again later"):
        at.post(notice())
    assert len(at.server.requests) == 6
    assert at.slept == sorted(at.slept)
    assert 31 <= sum(at.slept) <= 36


def test_a_forge_that_is_not_there_is_said_so() -> None:
    with world("gitlab") as at:
        pass
    with pytest.raises(Unavailable, match="GitLab could not be reached"):
        at.post(notice())


@pytest.mark.parametrize(
    ("response", "least"),
    [
        (Response(429, {"message": "slow down"}, {"Retry-After": "17"}), 17),
        (Response(403, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": "23"}), 23),
        (Response(403, {"message": "You have exceeded a secondary rate limit."}), 60),
        (Response(429, {"message": "This endpoint has been requested too many times."}), 60),
        (
            Response(
                403,
                {"message": "API rate limit exceeded"},
                {
                    "X-RateLimit-Remaining": "0",
                    "X-RateLimit-Reset": "1795600100",
                    "Date": "Wed, 25 Nov 2026 09:48:00 GMT",
                },
            ),
            20,
        ),
        (
            Response(
                429,
                {"message": "Too many requests"},
                {"RateLimit-Remaining": "0", "RateLimit-Reset": "1795600100", "Date": "Wed, 25 Nov 2026 09:48:00 GMT"},
            ),
            20,
        ),
        (Response(503, {"message": "back soon"}, {"Retry-After": "40"}), 40),
    ],
)
def test_the_wait_that_the_forge_asks_for_is_kept(at: World, response: Response, least: float) -> None:
    at.server.faults.extend([None, Fault(response)])
    at.post(notice())
    assert least <= max(at.slept) <= least + 1
    assert len(at.comments) == 1


def test_a_limit_of_graphql_with_status_200_is_waited_for() -> None:
    limited = Response(
        200,
        {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795600110", "Date": "Wed, 25 Nov 2026 09:48:00 GMT"},
    )
    with world("github") as at:
        at.server.faults.append(Fault(limited))
        at.post(notice())
        assert max(at.slept) == 30


def test_a_limit_that_lasts_an_hour_is_an_error_at_once(at: World) -> None:
    at.server.faults.append(Fault(Response(429, {"message": "enough"}, {"Retry-After": "3600"})))
    with pytest.raises(RateLimited, match=r"the next may be sent in 3600 seconds\. Run again later"):
        at.post(notice())
    assert at.slept == []


def test_a_token_that_may_only_read_is_said_so(at: World) -> None:
    with at.place(reads_only=True).comments(at.sleep) as board, pytest.raises(NotPermitted) as caught:
        publish(board, notice(), sleep=at.sleep)
    assert "permissions" in str(caught.value) or "role of a reporter" in str(caught.value)
    assert at.comments == []


def test_a_token_that_is_not_known_is_said_so_and_never_shown(at: World) -> None:
    place = Place(at.forge, at.api_url, "acme/catalog", 7, token="glpat-secret-secret")
    at.server.faults.append(Fault(Response(401, {"message": "Bad credentials: glpat-secret-secret"})))
    with place.comments(at.sleep) as board, pytest.raises(NotPermitted) as caught:
        publish(board, notice(), sleep=at.sleep)
    assert "glpat-secret" not in str(caught.value)
    assert "glpat-secret" not in repr(place)
    assert "[redacted]" in str(caught.value)


def test_a_pull_request_that_does_not_exist_is_said_so(at: World) -> None:
    place = Place(at.forge, at.api_url, "acme/catalog", 8, token=at.place().token)
    with place.comments(at.sleep) as board, pytest.raises(NotFound):
        publish(board, notice(), sleep=at.sleep)


@pytest.mark.parametrize(
    "response",
    [
        Response(200, "<html>Sign in</html>"),
        Response(302, "", {"Location": "https://login.example"}),
        Response(200, {"login": "page"}),
    ],
    ids=repr,
)
def test_a_page_that_is_not_the_forges_own_is_an_error(at: World, response: Response) -> None:
    at.server.faults.extend([Fault(response)] * 20)
    with pytest.raises((UnexpectedResponse, Unavailable)):
        at.post(notice())


def test_a_text_that_is_too_long_is_cut_and_posted(at: World) -> None:
    at.post(notice(text="line of text\n" * 100_000))
    (entry,) = at.comments
    assert len(entry.body) <= {"github": 65_536, "gitlab": 1_000_000}[at.forge]
    assert "do not fit" in entry.body


def test_a_list_that_lags_behind_makes_no_second_comment(at: World) -> None:
    """A replica that doesn't show what was just written."""
    held: list[list[object]] = []

    def hide(_: object) -> None:
        if at.writes() == 1 and not held:
            held.append(list(at.comments))
            at.comments.clear()

    at.server.before = hide
    at.post(notice())
    at.server.before = lambda _: None
    assert at.writes() == 1


def test_a_comment_that_vanishes_before_it_is_edited_is_made_again(at: World) -> None:
    at.post(notice(0))

    def vanish(_: object) -> None:
        if at.writes() == 1 and len(at.server.requests) > seen + 1:
            at.comments.clear()

    seen = len(at.server.requests) - (at.forge == "github")
    at.server.before = vanish
    assert at.post(notice(1, "two")).verb == "created"
    assert [entry.body.rpartition("\n")[2] for entry in at.comments] == ["two"]


def test_two_duplicates_removed_by_another_run_meanwhile_are_removed(at: World) -> None:
    for minute in (0, 1):
        at.service.comment(at.bot, notice(minute).body(60_000))
    removed: list[object] = []

    def remove(_: object) -> None:
        if at.writes() == 1 and not removed:
            removed.append(at.comments.pop(0))

    at.server.before = remove
    at.post(notice(2, "two"))
    assert len(at.ours()) == 1


def test_a_comment_that_others_change_all_the_time_ends_in_an_error(at: World) -> None:
    at.post(notice())

    def scribble(_: object) -> None:
        at.comments[0].body = at.comments[0].body + "x"

    at.server.before = scribble
    with pytest.raises(Unavailable, match="changed again and again"):
        at.post(notice(1))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"errors": [{"type": "SERVICE_UNAVAILABLE", "message": "try again"}]}, Unavailable),
        ({"errors": [{"message": "Something went wrong while executing your query."}]}, Unavailable),
        ({"errors": [{"type": "UNPROCESSABLE", "message": "was submitted too quickly"}]}, Refused),
        ({"errors": [{"type": "INSUFFICIENT_SCOPES", "message": "needs a scope"}]}, NotPermitted),
        ({"data": {"repository": None}}, NotFound),
        ({"data": {"repository": {"pullRequest": None}}}, NotFound),
    ],
)
def test_an_error_of_graphql_is_read_by_its_type(body: dict[str, object], error: type[ForgeError]) -> None:
    with world("github") as at:
        at.server.faults.extend([Fault(Response(200, body))] * 6)
        with pytest.raises(error):
            at.post(notice())


def test_a_user_that_is_none_is_an_error() -> None:
    with world("gitlab") as at:
        at.server.faults.append(Fault(Response(200, {"message": "hello"})))
        with pytest.raises(UnexpectedResponse, match="no user"):
            at.post(notice())


def test_a_request_that_is_refused_is_not_repeated(at: World) -> None:
    at.server.faults.append(Fault(Response(422, {"message": "Body is not acceptable"})))
    with pytest.raises(Refused, match="422: Body is not acceptable"):
        at.post(notice())
    assert at.slept == []


def test_a_limit_without_a_date_is_counted_by_this_machines_clock() -> None:
    session = Session(
        "http://127.0.0.1:9", forge="GitHub", token="t", headers={}, permission="", clock=lambda: 1795600100.0
    )
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795600190"}
    assert session.limited(httpx.Response(403, headers=headers), "").after == 90
    session.close()


def test_a_list_that_is_none_is_an_error() -> None:
    with world("gitlab") as at:
        at.server.faults.extend([None, Fault(Response(200, {"message": "hello"}))])
        with pytest.raises(UnexpectedResponse, match="something else than a list"):
            at.post(notice())
