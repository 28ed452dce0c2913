"""The API's operations, a module for each collection. A module registers its own paths."""
