"""Faults: what a network, a proxy or a service in trouble does to a call, made to happen on request.

`POST /_emulator/faults` takes one, `GET` lists them with how often each was met and struck, `DELETE` ends all of them,
`DELETE /_emulator/faults/{id}` one:

    {"kind": "error", "status": 429, "retryAfter": 2, "method": "POST", "path": "/v0/prices", "first": 3}
    {"kind": "drop", "when": "after", "path": "/v0/plans/{id}/versions", "nth": 1}
    {"kind": "hold", "when": "after", "method": "POST", "path": "/v0/prices", "nth": 2}
    {"kind": "rateLimit", "requestsPerSecond": 10, "burst": 5}

Which calls: `method` and `path` (a template), both of them optional; then `first` n, the `nth`, or a `probability` with
its `seed`. Which kinds, and what each takes: `kinds.py`. Faults given earlier stand around those given later.

`GET /_emulator/faults/{id}/held` answers once a `hold` holds a call, which goes on when the fault is removed: a process
can be killed at exactly that moment.
"""
