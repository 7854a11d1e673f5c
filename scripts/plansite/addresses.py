"""Sees to it that no published address is ever lost: each stays a page, a file or a redirect to one."""

from collections.abc import Collection, Iterator
from pathlib import Path

from plansite.form import listed
from plansite.load import Loaded
from plansite.model import is_file
from plansite.problems import Problem, shown
from plansite.rules import nearest_to

FRAME, FOLDERS = {"index.html", "404.html", "sitemap.xml"}, {"assets", "search", "en"}
"""Files and folders of the site that are no data of the plan."""


def address_problems(path: Path, addresses: Collection[str], loaded: Loaded) -> Iterator[Problem]:
    """Yield what is wrong with the list of published addresses and with the plan's redirects.

    `addresses` are those that the site has now, of pages ("units/tax-service") and files ("plan.json"), in one
    language: they are the same in the other. What does not block is an address that the list does not have yet; where
    there is no list, nothing has been published.
    """
    known = listed(path)
    kept = {redirect.origin for redirect in loaded.plan.redirects}
    fresh = [address for address in addresses if address not in known and known]
    lost = [address for address in known if address not in addresses and address not in kept]
    for address in lost:
        place = (shown(path), known[address], 1, address)
        instead = [other for other in fresh if _kind(other) == _kind(address)]
        # Of several nobody can say which is which; nor does a likeness of names tell where a text has gone.
        if len(instead) == 1 and [_kind(other) for other in lost].count(_kind(address)) == 1:
            yield Problem(*place, "lost_address", {"value": address, "instead": instead[0]})
        else:
            yield Problem(*place, "gone_address", {"value": address})
    end = max(known.values(), default=0) + 1
    for address in fresh:
        yield Problem(shown(path), end, 1, address, "new_address", {"value": address}, blocks=False)
    for index, redirect in enumerate(loaded.plan.redirects):
        place = (loaded.file, loaded.lines["redirects", index], 1, f"redirects[{index + 1}]")
        if redirect.origin in addresses or redirect.origin in FRAME or redirect.origin.partition("/")[0] in FOLDERS:
            yield Problem(*place, "taken_address", {"value": redirect.origin})
        allowed = [address for address in addresses if is_file(address) == is_file(redirect.origin)]
        if redirect.to not in allowed:
            details: dict[str, object] = {
                "value": redirect.to,
                "nearest": nearest_to(redirect.to, allowed),
                "allowed": allowed,
            }
            yield Problem(*place, "unknown_address", details)


def _kind(address: str) -> tuple[str, bool]:
    """Return what kind of address it is: its folder, and whether it is that of a file."""
    return address.rpartition("/")[0], is_file(address)
