from datetime import UTC, datetime, timedelta, timezone

import pytest

from remit.kernel import clock

STORY = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_the_machines_time_is_used_unless_another_is_injected(monkeypatch):
    monkeypatch.delenv(clock.ENVIRONMENT_VARIABLE, raising=False)
    before = clock.recorded_now()
    assert before <= clock.now() <= clock.recorded_now()
    assert not clock.injected()


def test_a_file_moves_every_reader_and_hands_time_back(tmp_path, monkeypatch):
    file = tmp_path / "clock"
    monkeypatch.setenv(clock.ENVIRONMENT_VARIABLE, str(file))
    assert not clock.injected()
    clock.set_file(file, STORY.astimezone(timezone(timedelta(hours=-5))))
    assert clock.now() == STORY
    assert clock.injected()
    assert clock.recorded_now() != STORY
    clock.set_file(file, None)
    assert not clock.injected()


def test_within_a_block_the_instant_stands_still():
    with clock.at(STORY):
        assert clock.now() == STORY
        assert clock.injected()
    assert clock.now() != STORY


def test_an_instant_needs_an_offset(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="time zone"), clock.at(datetime(2026, 5, 1)):  # noqa: DTZ001 - the point
        pass
    file = tmp_path / "clock"
    file.write_text("2026-05-01T12:00:00")
    monkeypatch.setenv(clock.ENVIRONMENT_VARIABLE, str(file))
    with pytest.raises(ValueError, match="offset"):
        clock.now()
