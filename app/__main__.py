"""Entry of the program: it can be stopped before its heavy parts are loaded.

As the first process of a container it would otherwise ignore SIGTERM for that second.
"""

import signal
import sys


def main() -> None:
    """Run the program."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))

    from app.cli import main as run

    run()


if __name__ == "__main__":
    main()
