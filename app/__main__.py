"""Entry of the program: it can be stopped before its heavy parts are loaded.

As the first process of a container it would otherwise ignore SIGTERM for that second.
"""

import os
import signal


def main() -> None:
    """Run the program."""
    # Ends at once and raises nothing: an exception in the middle of an import would come out as some other error.
    # Nothing is lost: what a transaction has not committed leaves no trace, whatever ends the process.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: os._exit(128 + received))

    from app.cli import main as run

    run()


if __name__ == "__main__":
    main()
