"""Helper processes: they answer, and one that has ended is started again."""

from __future__ import annotations

from store.system.helper_process import HelperProcess

ECHO = """
from store.system.helper_process import read_message, write_message
while message := read_message(sys.stdin.buffer):
    write_message(sys.stdout.buffer, message * 2)
"""


def test_a_process_answers_messages_of_any_size_until_it_is_closed() -> None:
    helper = HelperProcess(ECHO)
    for message in (b"a", b"b" * 1_000_000):
        helper.send(message)
        assert helper.receive() == message * 2
    assert helper.close() == -9
    assert helper.close() is None
    assert helper.receive() is None


def test_a_process_that_has_ended_is_started_again() -> None:
    helper = HelperProcess(ECHO)
    first = helper.start()
    helper.send(b"")
    assert helper.receive() is None
    first.wait()
    helper.send(b"a")
    assert helper.receive() == b"aa"
    helper.close()
