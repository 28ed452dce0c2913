"""A whole account as a value: by natural keys, with references in the place of ids."""
