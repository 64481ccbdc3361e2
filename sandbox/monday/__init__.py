"""Monday.com in miniature: a real server on loopback that answers GraphQL as strictly as the original.

It exists so that clients can be proven wrong: limits, idempotency keys, partial errors and lost
answers behave as documented, and faults can be ordered through a control API.
"""
