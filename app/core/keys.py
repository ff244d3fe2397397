"""How the key of a record is read off an address or a filter."""

from app.core.names import Names
from app.core.queries import Listing

Key = str | int


def key_value(listing: Listing, key: str, names: Names) -> Key | None:
    """The key as stored: numbers as numbers, codes through the names; None if it can be no key."""
    if listing.out.model_fields[listing.key].annotation is int:
        return int(key) if key.isascii() and key.isdigit() and len(key) < 19 else None
    register = {"iso3": names.country, "code": names.mission}.get(listing.key)
    if register is not None:
        found = register.find(key)
        return next(iter(found)) if len(found) == 1 else None
    return key if key.isprintable() else None


def possible_keys(listing: Listing, key: str, names: Names) -> list[Key]:
    """The keys it may mean of a record that need not stand any more: the code of a retracted one is no name."""
    found = key_value(listing, key, names)
    if found is not None:
        return [found]
    is_code = listing.out.model_fields[listing.key].annotation is not int and key.isprintable()
    return list(dict.fromkeys([key, key.upper()])) if is_code else []
