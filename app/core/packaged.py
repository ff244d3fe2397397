"""Files that travel with the code: inside the wheel, or beside the package in a checkout."""

from pathlib import Path

_PACKAGED = Path(__file__).parent.parent / "_seed_data"
_CHECKOUT = Path(__file__).parent.parent.parent / "seed_data"
SEED_DATA = _PACKAGED if _PACKAGED.exists() else _CHECKOUT
