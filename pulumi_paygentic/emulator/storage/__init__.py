"""The store: objects, lines of plan versions, time. It knows nothing of billing or of HTTP."""
