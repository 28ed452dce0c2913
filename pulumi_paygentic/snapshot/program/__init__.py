"""A Pulumi program, and its state, written from a snapshot of an account.

The parts, in the order of the work: `selection` (the objects to declare, and a reason for each that is left out),
`naming` (resources and variables), `tables` (similar objects), `blocks` (the source of each), `layout` (files),
`adoption` (the import file) and `record` (the memory of the last import, for the next one).
"""
