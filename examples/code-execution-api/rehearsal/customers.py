"""The two customers of the rehearsal, and the programs that they submit."""

from __future__ import annotations

from typing import NamedTuple

from rehearsal.service import Submission


class Customer(NamedTuple):
    """A future customer; `tax_percent` is the rate that the merchant sets."""

    name: str
    email: str
    country: str
    postal_code: str
    tax_percent: int


ADA = Customer("Ada Lovelace", "ada@example.com", "United Kingdom", "SW1Y 4LB", 20)
GRACE = Customer("Grace Hopper", "grace@example.com", "Germany", "10115", 0)

HELLO = Submission("a greeting", "python", "print('Hello, world')")
ONE_BY_ONE = [
    HELLO,
    Submission("work of more than a second", "python", "import time; time.sleep(1.1); print(sum(range(10**6)))"),
    Submission("a mistake", "python", "print('no end"),
    Submission("an endless loop", "python", "while True:\n    pass"),
    Submission("a file that is too large", "python", "open('large', 'wb').write(bytes(2 << 20))"),
    Submission("JavaScript, counted, not run", "javascript", "console.log('Hello')"),
    Submission("Rust, a premium language", "rust", 'fn main() { println!("Hello"); }'),
    Submission("Haskell, another premium language", "haskell", 'main = putStrLn "Hello"'),
]
AT_ONCE = [Submission(f"number {n}", "python", f"print(sum(n * n for n in range({n} * 1000)))") for n in range(1, 21)]
