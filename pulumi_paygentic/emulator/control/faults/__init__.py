"""Faults: troubles of a network, a proxy or a service, injected into calls on request.

`POST /_emulator/faults` adds one, `GET` lists them with the number of calls that each has seen and struck, `DELETE`
ends all of them, `DELETE /_emulator/faults/{id}` one:

    {"kind": "error", "status": 429, "retryAfter": 2, "method": "POST", "path": "/v0/prices", "first": 3}
    {"kind": "drop", "when": "after", "path": "/v0/plans/{id}/versions", "nth": 1}
    {"kind": "hold", "when": "after", "method": "POST", "path": "/v0/prices", "nth": 2}
    {"kind": "rateLimit", "requestsPerSecond": 10, "burst": 5}

Calls are chosen by `method` and `path` (a template), both optional, then by `first` n, the `nth`, or a `probability`
with its `seed`. `kinds.py` has the kinds and their parameters. Faults given earlier stand around those given later.

`GET /_emulator/faults/{id}/held` answers once a `hold` holds a call, which goes on when the fault is removed: a process
can be killed at exactly that moment.
"""
