"""Finding what somebody means by what they typed, here or, by its address, elsewhere."""

from __future__ import annotations

from fedi_cotweet.services.naming import Named, named
from fedi_cotweet.services.site import Site


async def find(site: Site, account_id: int | None, given: str) -> Named | None:
    """What an id or an address names (see ``services.naming``), or None.

    An address elsewhere that nothing here is known by is fetched from there.
    """
    found = await site.read(lambda tx: named(tx, site.env, account_id, given))
    if found is not None or "://" not in given or site.env.addresses.owns(given):
        return found
    post = await site.find_post(given)
    if post is None:
        return None
    uri = post.uri
    return await site.read(lambda tx: named(tx, site.env, account_id, uri))
