"""The history of releases: who is given which, by whom, and what the hub's files say of it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bluecloud_hub.notices import Notice, write_notice
from bluecloud_hub.releases import Release, read_release, release_for, write_release
from bluecloud_hub.settings import checkout
from bluecloud_service.errors import NotAllowed, NotAsked, NotNow, NotThere, Overtaken
from bluecloud_service.identity import Person
from bluecloud_service.releases.checks import MOST_FAILURES
from bluecloud_service.releases.images import NotPublished, RegistryAway
from bluecloud_service.releases.wire import Back, Candidate
from tests.service.releasing import MAX, MIA, SLUG, Parts, digest

A, B, C = digest("a"), digest("b"), digest("c")
MEMBERS, TESTERS = [SLUG], [SLUG, f"{SLUG}-testers"]


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path)


def given(parts: Parts, groups: list[str]) -> str:
    """What the hub gives people of some groups, by its files."""
    return release_for(parts.files, SLUG, groups).digest


def back(to: str, current: str | None) -> Back:
    return Back.model_validate({"to": to, "current": current})


# From a candidate to everyone -----------------------------------------------------------------


def test_a_green_candidate_goes_to_the_testers_and_to_everyone_then(parts: Parts) -> None:
    parts.everyone(A, None)
    parts.propose(B, version="0.3.0")
    assert parts.checked(B).state == "green"
    parts.promote(B, "testers", None)
    assert (given(parts, MEMBERS), given(parts, TESTERS)) == (A, B)
    parts.promote(B, "everyone", A)
    assert (given(parts, MEMBERS), given(parts, TESTERS)) == (B, B)
    release = read_release(parts.files, SLUG)
    assert release.image == f"registry.example.org/bluecloud/{SLUG}@{B}"
    assert (release.version, release.local) == ("0.3.0", False)
    listed = parts.service.listed(MIA, SLUG)
    assert (listed.everyone.release, listed.testers.release) == (B, None)
    assert [(m.audience, m.kind, m.after, m.by) for m in listed.moves][:3] == [
        ("testers", "withdraw", None, "mia"),
        ("everyone", "promote", B, "mia"),
        ("testers", "promote", B, "mia"),
    ]


def test_the_gate_compares_with_what_everyone_has(parts: Parts) -> None:
    parts.everyone(A, None)
    parts.propose(B)
    parts.checked(B)
    assert parts.gate.compared == [None, parts.registry.name(SLUG, A)]


def test_a_refused_candidate_is_promoted_to_nobody_and_says_why(parts: Parts) -> None:
    parts.propose(A, "bad")
    assert parts.checked(A).state == "refused"
    for to in ("testers", "everyone"):
        with pytest.raises(NotAsked, match="is refused: only a green one is promoted"):
            parts.promote(A, to, None)
    detail = parts.service.detail(MIA, SLUG, A)
    assert detail.reasons == ["Every curated notebook runs to its end: a.ipynb: no sea today"]
    assert b"no sea today" in parts.service.report(MIA, SLUG, A, "html")
    assert not parts.files.exists() or not list(parts.files.glob("*.json"))


def test_one_that_waits_is_promoted_to_nobody(parts: Parts) -> None:
    parts.propose(A)
    with pytest.raises(NotAsked, match="is waiting: only a green one"):
        parts.promote(A, "testers", None)
    with pytest.raises(NotThere, match="no report: it is waiting"):
        parts.service.report(MIA, SLUG, A, "json")


def test_nothing_goes_to_everyone_before_the_testers_had_it(parts: Parts) -> None:
    parts.propose(A)
    parts.checked(A)
    with pytest.raises(NotAsked, match=f"goes to the testers first .group {SLUG}-testers"):
        parts.promote(A, "everyone", None)


def test_what_is_not_in_the_registry_is_no_candidate(parts: Parts) -> None:
    parts.registry.publish(B)
    (parts.registry.folder / "there" / B).unlink()
    with pytest.raises(NotPublished):
        parts.service.propose(MIA, SLUG, Candidate(digest=B, version="1"))
    assert parts.store.find(SLUG, B) is None


def test_the_same_digest_twice_is_one_release_with_what_was_found(parts: Parts) -> None:
    parts.propose(A, "bad")
    parts.checked(A)
    parts.propose(A, "bad")
    assert [kept.state for kept in parts.store.of(SLUG)] == ["refused"]


def test_another_check_is_made_of_what_nobody_has(parts: Parts) -> None:
    parts.propose(A)
    parts.checked(A)
    parts.service.check_again(MIA, SLUG, A)
    with pytest.raises(Overtaken, match="is waiting by now"):
        parts.service.check_again(MIA, SLUG, A)
    assert parts.checked(A).report == 2
    parts.promote(A, "testers", None)
    with pytest.raises(NotAsked, match="is what testers have"):
        parts.service.check_again(MIA, SLUG, A)


# Back and forward -------------------------------------------------------------------------------


def test_one_step_back_and_forward_again(parts: Parts) -> None:
    parts.everyone(A, None)
    parts.everyone(B, A)
    listed = parts.service.step(MIA, SLUG, "rollback", back("everyone", B))
    assert given(parts, MEMBERS) == A
    assert (listed.everyone.may_go_back, listed.everyone.forward_to) == (False, B)
    with pytest.raises(NotAsked, match="had no release before it"):
        parts.service.step(MIA, SLUG, "rollback", back("everyone", A))
    parts.service.step(MAX, SLUG, "forward", back("everyone", A))
    assert given(parts, MEMBERS) == B
    with pytest.raises(NotAsked, match="had no release after it"):
        parts.service.step(MIA, SLUG, "forward", back("everyone", B))


def test_after_a_rollback_a_promotion_is_what_one_goes_back_from(parts: Parts) -> None:
    parts.everyone(A, None)
    parts.everyone(B, A)
    parts.service.step(MIA, SLUG, "rollback", back("everyone", B))
    parts.everyone(C, A)
    listed = parts.service.listed(MIA, SLUG).everyone
    assert (listed.back_to, listed.may_go_forward) == (A, False)


def test_testers_go_back_to_what_everyone_has(parts: Parts) -> None:
    parts.everyone(A, None)
    parts.propose(B)
    parts.checked(B)
    parts.promote(B, "testers", None)
    parts.service.step(MIA, SLUG, "rollback", back("testers", B))
    assert given(parts, TESTERS) == A


# Two managers at once ---------------------------------------------------------------------------


def test_of_two_managers_at_once_one_wins_and_the_other_is_told(parts: Parts) -> None:
    parts.everyone(A, None)
    for name in (B, C):
        parts.propose(name)
        parts.checked(name)
    parts.promote(B, "testers", None)
    parts.promote(C, "testers", B)
    together = threading.Barrier(2)

    def promote(name: str, by: Person) -> str:
        together.wait()
        try:
            parts.promote(name, "everyone", A, by)
        except Overtaken as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(promote, (B, C), (MIA, MAX)))
    assert sorted(map(bool, told)) == [False, True]
    (words,) = filter(None, told)
    winner, by = (B, "mia") if not told[0] else (C, "max")
    assert given(parts, MEMBERS) == winner
    assert f"you thought that everyone has {A}" in words
    assert f"({winner[7:19]}), by {by} at" in words


def test_two_managers_who_publish_at_once_make_one_release_of_one_image(parts: Parts) -> None:
    together = threading.Barrier(2)

    def propose(name: str) -> None:
        together.wait()
        parts.propose(name)

    for names_of_both in ((A, A), (B, C)):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(propose, names_of_both))
    assert sorted(kept.digest for kept in parts.store.of(SLUG)) == [A, B, C]
    assert {parts.checked(name).state for name in (A, B, C)} == {"green"}


def test_a_rollback_of_what_was_rolled_back_meanwhile_is_refused(parts: Parts) -> None:
    parts.everyone(A, None)
    parts.everyone(B, A)
    parts.everyone(C, B)
    parts.service.step(MIA, SLUG, "rollback", back("everyone", C))
    with pytest.raises(Overtaken, match="look again"):
        parts.service.step(MAX, SLUG, "rollback", back("everyone", C))
    assert given(parts, MEMBERS) == B


def test_the_same_promotion_twice_is_one(parts: Parts) -> None:
    parts.everyone(A, None)
    moves = parts.store.moves(SLUG)
    parts.promote(A, "everyone", A)
    assert parts.store.moves(SLUG) == moves


# Killed at each step -----------------------------------------------------------------------------


def killed_at(state: Path, step: str) -> Parts:
    """Releases after a service was killed at a step of publishing, checking or promoting ``b``."""
    words = [sys.executable, "-m", "tests.service.releasing", str(state), step]
    with subprocess.Popen(
        words, cwd=checkout(), stdout=subprocess.PIPE, env={**os.environ}, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline().strip() == step
        program.kill()
    return Parts(state)


@pytest.mark.parametrize("step", ["fetch", "gate", "reported"])
def test_a_half_checked_candidate_is_checked_again(tmp_path: Path, step: str) -> None:
    parts = killed_at(tmp_path, step)
    assert parts.store.one(SLUG, B).state == "checking"
    assert given(parts, TESTERS) == A
    parts.checks.take_up()
    waiting = parts.store.one(SLUG, B)
    assert (waiting.state, waiting.report) == ("waiting", 0)
    assert "broken off" in waiting.words
    checked = parts.checked(B)
    assert (checked.state, checked.attempts, checked.report) == ("green", 2, 2)
    assert given(parts, TESTERS) == A


# The first file that is looked at is that of the promotion to the testers, before anything moves.
@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ("written", (A, A), (A, A)),
        ("moved testers", (A, A), (A, B)),
        ("moved everyone", (A, B), (B, B)),
    ],
)
def test_a_promotion_that_was_killed_is_made_or_not_and_the_files_say_the_same(
    tmp_path: Path, step: str, before: tuple[str, str], after: tuple[str, str]
) -> None:
    parts = killed_at(tmp_path, step)
    assert (given(parts, MEMBERS), given(parts, TESTERS)) == before
    moves = parts.store.moves(SLUG)
    parts.checks.settle()
    assert (given(parts, MEMBERS), given(parts, TESTERS)) == after
    assert parts.store.moves(SLUG) == moves
    own = parts.store.given(SLUG, "testers")
    if after[0] != B:
        parts.promote(B, "testers", own.digest if own else None)
        parts.promote(B, "everyone", A)
    assert given(parts, MEMBERS) == B


def test_a_candidate_whose_check_breaks_off_each_time_is_refused_in_the_end(parts: Parts) -> None:
    parts.propose(A, "breaks")
    now = datetime.now(UTC)
    for number in range(MOST_FAILURES):
        assert parts.checks.turn(now + timedelta(days=number + 1))
    kept = parts.store.one(SLUG, A)
    assert (kept.state, kept.attempts) == ("refused", MOST_FAILURES)
    assert "the engine does not answer" in kept.words
    assert not parts.checks.turn(now + timedelta(days=99))


def test_one_whose_check_broke_off_lets_the_others_go_first(parts: Parts) -> None:
    parts.propose(A, "breaks")
    parts.propose(B)
    now = datetime.now(UTC)
    for _ in range(4):
        parts.checks.turn(now)
    assert parts.store.one(SLUG, B).state == "green"


def test_no_second_check_begins_while_one_goes_on(parts: Parts) -> None:
    parts.propose(A)
    parts.gate.is_busy = True
    assert not parts.checks.turn(datetime.now(UTC))
    assert parts.store.one(SLUG, A).state == "waiting"


# The registry is gone -----------------------------------------------------------------------------


def test_a_registry_that_is_gone_half_way_refuses_nobody(parts: Parts) -> None:
    parts.propose(A)
    parts.registry.is_away = True
    now = datetime.now(UTC)
    assert parts.checks.turn(now)
    kept = parts.store.one(SLUG, A)
    assert (kept.state, kept.failures) == ("waiting", 0)
    assert "the registry does not answer" in kept.words
    assert not parts.checks.turn(now)
    parts.registry.is_away = False
    assert parts.checks.turn(now + timedelta(minutes=1))
    assert parts.store.one(SLUG, A).state == "green"


def test_what_is_gone_from_server_and_registry_is_promoted_to_nobody(parts: Parts) -> None:
    parts.everyone(A, None)
    parts.propose(B)
    parts.checked(B)
    parts.registry.forget(parts.registry.name(SLUG, B))
    parts.registry.is_away = True
    with pytest.raises(RegistryAway):
        parts.promote(B, "testers", None)
    assert given(parts, TESTERS) == A
    parts.registry.is_away = False
    parts.promote(B, "testers", None)
    assert parts.registry.is_here(parts.registry.name(SLUG, B))


# What an operator makes ---------------------------------------------------------------------------


def made(version: str, letter: str) -> Release:
    """As ``make images`` records it."""
    return Release(
        slug=SLUG, version=version, image=digest(letter), local=True, released=datetime.now(UTC)
    )


def test_an_operators_release_is_in_the_history_and_can_be_gone_back_to(parts: Parts) -> None:
    write_release(parts.files, made("0.1.0", "e"))
    parts.checks.settle()
    assert parts.store.one(SLUG, digest("e")).made_by == "make images"
    parts.everyone(B, digest("e"))
    (parts.registry.folder / "here" / digest("e")).touch()
    parts.service.step(MIA, SLUG, "rollback", back("everyone", B))
    assert read_release(parts.files, SLUG).image == digest("e")
    assert read_release(parts.files, SLUG).local


def test_an_operators_release_in_the_place_of_a_promoted_one_is_told(parts: Parts) -> None:
    parts.everyone(A, None)
    write_release(parts.files, made("0.1.1", "e"))
    parts.propose(B)
    parts.checked(B)
    parts.promote(B, "testers", None)
    with pytest.raises(Overtaken, match="by make images"):
        parts.promote(B, "everyone", A)
    assert given(parts, MEMBERS) == digest("e")


def test_files_that_are_no_releases_are_said_and_nothing_is_moved(parts: Parts) -> None:
    parts.everyone(A, None)
    (parts.files / f"{SLUG}.json").write_text("{")
    with pytest.raises(NotNow, match="does not name a release"):
        parts.service.step(MIA, SLUG, "rollback", back("everyone", A))
    given_now = parts.store.given(SLUG, "everyone")
    assert given_now is not None
    assert given_now.digest == A


# Which one is mine --------------------------------------------------------------------------------


def test_who_runs_another_release_is_told_whether_the_one_that_is_given_is_newer(
    parts: Parts,
) -> None:
    parts.everyone(A, None)
    parts.propose(B, "a mended notebook")
    parts.checked(B)
    parts.promote(B, "testers", None)
    ada, tom = Person("ada", frozenset(MEMBERS)), Person("tom", frozenset(TESTERS))

    def compared(person: Person, running: str | None) -> str:
        return parts.service.mine(person, SLUG, running).compared

    assert compared(ada, A) == "same"
    told = parts.service.mine(tom, SLUG, A)
    assert (told.digest, told.compared, told.as_tester) == (B, "newer", True)
    assert told.message == "a mended notebook"
    assert f"({B[7:19]}) is there: stop and start" in told.words
    parts.promote(B, "everyone", A)
    assert [compared(ada, running) for running in (A, B, None)] == ["newer", "same", "same"]
    parts.service.step(MIA, SLUG, "rollback", back("everyone", B))
    back_again = parts.service.mine(ada, SLUG, B)
    assert (back_again.digest, back_again.compared) == (A, "earlier")
    assert f"went back to release 0.2.0 ({A[7:19]})" in back_again.words
    # A release that the history does not have is another one, and no more is said of it.
    assert compared(ada, digest("e")) == "other"
    parts.service.step(MIA, SLUG, "forward", back("everyone", A))
    assert [compared(ada, running) for running in (A, B)] == ["newer", "same"]


def test_what_managers_say_to_everybody_is_told_along(parts: Parts, tmp_path: Path) -> None:
    parts.everyone(A, None)
    ada = Person("ada", frozenset(MEMBERS))
    assert parts.service.mine(ada, SLUG, A).notice == ""
    said = Notice(text="Closed at noon.", by="mia", since=datetime.now(UTC))
    write_notice(tmp_path, SLUG, said)
    assert parts.service.mine(ada, SLUG, A).notice == "Closed at noon."


def test_a_laboratorys_own_token_manages_that_laboratory_alone(parts: Parts) -> None:
    groups = frozenset({f"{SLUG}-managers", "genomics-managers"})
    parts.service.listed(Person("mia", groups, server=SLUG), SLUG)
    with pytest.raises(NotAllowed, match="not from another laboratory's server"):
        parts.service.listed(Person("mia", groups, server="genomics"), SLUG)
    with pytest.raises(NotAllowed):
        parts.service.listed(Person("olga", is_operator=True, server="genomics"), SLUG)


# What nobody needs --------------------------------------------------------------------------------


def names(found: list[object]) -> set[str]:
    return {str(getattr(kept, "digest", "")) for kept in found}


LATER = timedelta(days=31)


def test_only_what_nobody_cites_or_is_given_is_removed(tmp_path: Path) -> None:
    cited: list[str] = []
    parts = Parts(tmp_path, citing=(lambda: cited,))
    parts.everyone(A, None)
    parts.propose(B, "bad")
    parts.propose(C)
    parts.propose(digest("d"))
    parts.checked(C)
    cited.append(parts.registry.name(SLUG, digest("d")))
    now = datetime.now(UTC)
    assert parts.collecting.unneeded(now) == []
    assert names([*parts.collecting.collect(now + LATER)]) == {B, C}
    assert (parts.registry.folder / "there" / digest("d")).exists()
    assert (parts.registry.folder / "there" / A).exists()
    assert not (parts.registry.folder / "there" / C).exists()
    assert not parts.registry.is_here(parts.registry.name(SLUG, C))
    assert parts.store.one(SLUG, C).state == "removed"
    assert {path.name[0] for path in parts.reports.glob(f"{SLUG}/*")} == {"a", "d"}
    with pytest.raises(NotAsked, match="is removed"):
        parts.promote(C, "testers", None)
    parts.propose(C)
    assert parts.checked(C).state == "green"


def test_what_one_can_go_back_to_is_kept_and_what_is_long_past_is_not(parts: Parts) -> None:
    released = [digest(letter) for letter in "0123456789"]
    for before, name in zip([None, *released], released, strict=False):
        parts.everyone(name, before)
    gone = names([*parts.collecting.collect(datetime.now(UTC) + LATER)])
    assert gone == set(released[:4])
    parts.service.step(MIA, SLUG, "rollback", back("everyone", released[-1]))
    assert given(parts, MEMBERS) == released[-2]


def test_what_a_container_has_is_kept(parts: Parts) -> None:
    parts.propose(A, "bad")
    parts.checked(A)
    parts.registry.used.add(parts.registry.name(SLUG, A))
    assert parts.collecting.collect(datetime.now(UTC) + LATER) == []
    assert parts.store.one(SLUG, A).state == "refused"
    assert (parts.registry.folder / "there" / A).exists()


def test_a_removal_that_was_broken_off_goes_on(parts: Parts) -> None:
    parts.propose(A, "bad")
    parts.checked(A)
    parts.registry.is_away = True
    assert parts.collecting.collect(datetime.now(UTC) + LATER) == []
    assert parts.store.one(SLUG, A).state == "removing"
    with pytest.raises(RegistryAway):
        parts.propose(A)
    parts.registry.is_away = False
    with pytest.raises(NotNow, match="is being removed"):
        parts.propose(A)
    assert names([*parts.collecting.collect()]) == {A}
