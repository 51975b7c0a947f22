"""Which outlet a URL belongs to."""

import pytest

from aggregator.sources.domains import Domains, domain_of
from aggregator.sources.outlets import OutletSpec
from aggregator.store.sessions import Store
from aggregator.store.tables import Outlet


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.Gazette.example/a", "gazette.example"),
        ("https://gazette.example:8443/", "gazette.example"),
        ("http://127.0.0.1:8001/", "127.0.0.1:8001"),
        ("http://localhost:8001/", "localhost:8001"),
        ("http://[::1]:8001/", "::1:8001"),
        ("http://127.0.0.1/", "127.0.0.1"),
        ("http://127.0.0.1:99999/", ""),
        ("http://[::1", ""),
        ("no url", ""),
    ],
)
def test_a_domain_is_the_host_and_among_numbers_its_port(url: str, domain: str) -> None:
    assert domain_of(url) == domain


def test_two_sites_on_one_address_are_two_outlets(sqlite: Store) -> None:
    with sqlite.write() as session:
        for key, port in (("a", 8001), ("b", 8002)):
            session.add(Outlet(key=key, name=key, home="", domains=[f"127.0.0.1:{port}"], listed=True))
        session.flush()
        domains = Domains(session)
    assert [domains.owner(f"http://127.0.0.1:{port}/x") for port in (8001, 8002, 8003)] == ["a", "b", None]


def test_a_domain_in_another_script_is_the_one_of_its_addresses() -> None:
    spec = OutletSpec(key="a", name="A", home="https://www.bücher.example/", domains=("ärger.example",))
    assert spec.all_domains == ("xn--bcher-kva.example", "xn--rger-koa.example")
    assert domain_of("https://xn--bcher-kva.example./1") == spec.all_domains[0]
