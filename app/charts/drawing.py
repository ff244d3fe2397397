"""The process that draws, as the service sees it: started with the first picture, and anew whenever it has ended."""

import atexit
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore, Lock, Timer

from app.core.errors import TrackerError, Unavailable

_SCRIPT = Path(__file__).with_name("drawer.py")
_LONGEST = 30.0  # seconds for one picture
_MOST_WAITING = 12  # requests; each of them keeps a thread of the service


class NotDrawn(TrackerError):
    code = "not_drawn"
    status = 500
    title = "Not drawn"
    help = (
        "The service failed to draw the picture; the failure is logged. `format=vega-lite` gives what is to be drawn."
    )


class _Gone(Exception):
    """The process ended before it answered."""


class Drawing:
    """One process and those who wait for it; it draws one picture after the other."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = Lock()
        self._room = BoundedSemaphore(_MOST_WAITING)

    def draw(self, form: str, body: bytes) -> bytes:
        """What the process makes of a body. Raises NotDrawn, or Unavailable if too many are waiting."""
        if not self._room.acquire(blocking=False):
            raise Unavailable("Many pictures are being drawn. Try again in a moment.")
        try:
            with self._one_at_a_time:
                is_new = self._process is None or self._process.poll() is not None
                try:
                    return self._ask(form, body)
                except _Gone:
                    # It ends by itself when nobody asks for a while, and that may be now.
                    if is_new:
                        raise
                    return self._ask(form, body)
        except _Gone as error:
            raise NotDrawn("The picture could not be drawn: drawing ended or took too long.") from error
        finally:
            self._room.release()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, form: str, body: bytes) -> bytes:
        process = self._running()
        assert process.stdin is not None  # noqa: S101  (both are pipes)
        assert process.stdout is not None  # noqa: S101
        watch = Timer(_LONGEST, process.kill)
        watch.start()
        try:
            process.stdin.write(b"%s %d\n" % (form.encode(), len(body)) + body)
            process.stdin.flush()
            word, length = process.stdout.readline().split()
            answer = process.stdout.read(int(length))
        except (OSError, ValueError) as error:
            self.close()
            raise _Gone from error
        finally:
            watch.cancel()
        if len(answer) < int(length):
            self.close()
            raise _Gone
        if word != b"ok":
            raise NotDrawn("The picture could not be drawn.") from ValueError(answer.decode(errors="replace"))
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            # Its errors are told in its answers. It does not hear Ctrl-C: it ends when its input does.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", str(_SCRIPT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self._process


DRAWING = Drawing()
atexit.register(DRAWING.close)
