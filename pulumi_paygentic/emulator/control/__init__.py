"""The control address `/_emulator/` and what it commands: calls counted, time moved, faults injected."""
