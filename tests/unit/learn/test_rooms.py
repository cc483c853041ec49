from __future__ import annotations

from triage.learn.rooms import Rooms, TextRooms


def test_room_is_kept_and_grows_with_what_is_asked_for() -> None:
    rooms = Rooms()
    small = rooms.room(10, 0, 1)
    assert rooms.room(5, 0, 1) is small
    assert len(rooms.room(40, 0, 1).scratch.begins) >= 40
    ids, values = rooms.rows(7)
    assert len(ids) == len(values) >= 7
    assert rooms.rows(3)[0] is ids


def test_room_for_what_is_out_of_the_usual_is_not_kept() -> None:
    rooms = Rooms()
    assert len(rooms.room(20_000, 0, 1).scratch.begins) == 20_000
    assert rooms.room(1, 0, 1) is not rooms.room(20_000, 0, 1)
    assert rooms.rows(300_000)[0] is not rooms.rows(300_000)[0]


def test_room_for_a_text_is_that_of_the_power_of_two_it_fits() -> None:
    rooms = TextRooms(bytearray)
    assert [len(rooms.room(size)) for size in (0, 1, 2, 3, 65, 128)] == [1, 1, 2, 4, 128, 128]
    assert rooms.room(128) is rooms.room(65)


def test_room_for_a_text_out_of_the_usual_is_not_kept() -> None:
    rooms = TextRooms(bytearray)
    assert rooms.room(9_000) is not rooms.room(9_000)
    assert len(rooms.room(9_000)) == 9_000
