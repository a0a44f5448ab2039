import pytest

from fedi_cotweet.domain.hosts import covering


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("b.example", ("b.example", "example")),
        ("b.example:81", ("b.example:81", "b.example", "example")),
        ("x.b.example", ("x.b.example", "b.example", "example")),
        ("localhost:8080", ("localhost:8080", "localhost")),
        ("127.0.0.1:8080", ("127.0.0.1:8080", "127.0.0.1")),
        ("[::1]", ("[::1]",)),
        ("[::1]:8080", ("[::1]:8080", "[::1]")),
    ],
)
def test_a_rule_holds_below_a_name_and_on_every_port(host: str, names: tuple[str, ...]) -> None:
    assert covering(host) == names
