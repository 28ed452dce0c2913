"""Who does what in the story: two customers, and what they send."""

from __future__ import annotations

from typing import NamedTuple

from scripts.rehearsal.service import Sent


class Person(NamedTuple):
    """A customer to be; `tax_percent` is what the merchant's accountant sets for them."""

    name: str
    email: str
    country: str
    postal_code: str
    tax_percent: int


ADA = Person("Ada Lovelace", "ada@example.com", "United Kingdom", "SW1Y 4LB", 20)
GRACE = Person("Grace Hopper", "grace@example.com", "Germany", "10115", 0)

HELLO = Sent("a greeting", "python", "print('Hello, world')")
ONE_BY_ONE = [
    HELLO,
    Sent("work of more than a second", "python", "import time; time.sleep(1.1); print(sum(range(10**6)))"),
    Sent("a mistake", "python", "print('no end"),
    Sent("an endless loop", "python", "while True:\n    pass"),
    Sent("a file that is too large", "python", "open('large', 'wb').write(bytes(2 << 20))"),
    Sent("JavaScript, counted, not run", "javascript", "console.log('Hello')"),
    Sent("Rust, a premium language", "rust", 'fn main() { println!("Hello"); }'),
    Sent("Haskell, another", "haskell", 'main = putStrLn "Hello"'),
]
AT_ONCE = [Sent(f"number {n}", "python", f"print(sum(n * n for n in range({n} * 1000)))") for n in range(1, 21)]
