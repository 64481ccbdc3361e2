"""A Ctrl-C is never lost, though a library in whose native code it arrives may make an error of it, or swallow it."""

import signal
from types import FrameType


class Interruption:
    """Remembers that a Ctrl-C arrived."""

    def __init__(self) -> None:
        self.arrived = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handle the signal as Python does."""
        self.arrived = True
        signal.default_int_handler(number, frame)

    def listen(self) -> None:
        """Take the signal over from here on, unless whoever started us decided about it."""
        self.arrived = False
        if signal.getsignal(signal.SIGINT) in (signal.default_int_handler, self):
            signal.signal(signal.SIGINT, self)

    def checkpoint(self, point: str) -> None:
        """Stop a delivery before its next intent, where nothing is in doubt yet, when a Ctrl-C was swallowed."""
        if self.arrived and point == "before_intent":
            raise KeyboardInterrupt


INTERRUPTION = Interruption()
"""That of this process."""
